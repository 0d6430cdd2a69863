package dev.meshlog.infra.network;

import dev.meshlog.ledger.execution.ResultCode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What became of transactions.
 *
 * @param sent handed to Kafka
 * @param accepted acknowledged by it
 * @param results by the code's name
 * @param lost ids of accepted ones that have no result although the committed round is past their validity; at most some of them
 * @param unsettled accepted ones that may still get a result
 * @param newestCommit the highest index of a commit with one of them; 0 when there is none
 */
public record LoadCounts(
        long sent,
        long accepted,
        Map<String, Long> results,
        List<String> lost,
        long lostCount,
        long unsettled,
        long newestCommit) {
    static final LoadCounts NONE = new LoadCounts(0, 0, Map.of(), List.of(), 0, 0, 0);

    /** A result that says that the network was too slow, not that something is wrong. */
    private static final String EXPIRED = ResultCode.EXPIRED.name();

    public LoadCounts {
        results = Map.copyOf(results);
        lost = List.copyOf(lost);
    }

    LoadCounts plus(LoadCounts other) {
        Map<String, Long> all = new TreeMap<>(results);
        other.results.forEach((code, count) -> all.merge(code, count, Long::sum));
        return new LoadCounts(
                sent + other.sent,
                accepted + other.accepted,
                all,
                Stream.concat(lost.stream(), other.lost.stream()).toList(),
                lostCount + other.lostCount,
                unsettled + other.unsettled,
                Math.max(newestCommit, other.newestCommit));
    }

    public long executed() {
        return Objects.requireNonNullElse(results.get(ResultCode.OK.name()), 0L);
    }

    /** Nobody else writes these objects, and each has one transaction at a time: none of them may fail. */
    public long failed() {
        return results.entrySet().stream()
                .filter(each -> !each.getKey().equals(ResultCode.OK.name())
                        && !each.getKey().equals(EXPIRED))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
