package dev.meshlog.infra.cli;

import dev.meshlog.infra.network.Load;
import dev.meshlog.infra.network.LoadCounts;
import dev.meshlog.infra.network.LocalNetwork;
import dev.meshlog.infra.network.Member;
import dev.meshlog.infra.network.NetworkCheck;
import dev.meshlog.infra.network.NodeProcess;
import dev.meshlog.infra.network.NodeStatus;
import dev.meshlog.infra.network.NodeVerdict;
import dev.meshlog.ledger.Hash;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What 'meshlog local' tells: while it runs for people, in the end for people or as JSON. */
final class LocalReport {
    private static final int SHOWN_OF_A_HASH = 12;

    private final PrintWriter out;
    private final Terminal terminal;
    private final boolean json;
    private long transactions;
    private long atNs = System.nanoTime();

    LocalReport(PrintWriter out, Terminal terminal, boolean json) {
        this.out = out;
        this.terminal = terminal;
        this.json = json;
    }

    /** All are up. */
    void nodes(LocalNetwork network) {
        terminal.say("all nodes are up; Kafka and HTTP are TCP, gossip is UDP");
        if (json) {
            return;
        }
        var table = new TextTable("NODE", "KEY", "KAFKA", "GOSSIP", "HTTP");
        for (NodeProcess node : network.nodes()) {
            Member member = node.member();
            table.row(member.name(), key(network, node), member.kafka(), member.gossip(), member.http());
        }
        table.print(out);
        out.flush();
    }

    private static String key(LocalNetwork network, NodeProcess node) {
        return network.key(node).map(key -> key.publicKey().brief()).orElse("-");
    }

    void standing(LocalNetwork network, @Nullable Load load) throws InterruptedException {
        List<String> commits = new ArrayList<>();
        NodeStatus furthest = new NodeStatus(0, 0, 0);
        for (NodeProcess node : network.nodes()) {
            Optional<NodeStatus> status = NodeStatus.of(node);
            commits.add(status.map(known -> Long.toString(known.commit())).orElse("?"));
            if (status.isPresent() && status.get().commit() > furthest.commit()) {
                furthest = status.get();
            }
        }
        long now = System.nanoTime();
        double perSecond = Math.max(0, furthest.transactions() - transactions) * 1e9 / Math.max(1, now - atNs);
        boolean isFirst = transactions == 0;
        transactions = furthest.transactions();
        atNs = now;
        String text = "commits %s  round %d  %.0f tx/s"
                .formatted(String.join(" ", commits), furthest.leaderRound(), isFirst ? 0 : perSecond);
        if (load != null) {
            LoadCounts counts = load.counts();
            text += "  sent %d, under way %d, not executed %d"
                    .formatted(counts.sent(), counts.unsettled(), counts.failed() + counts.lostCount());
        }
        terminal.standing(text);
    }

    /** By all nodes to all peers, in bytes of UDP packets. */
    long sentBytes(LocalNetwork network) throws InterruptedException {
        long sent = 0;
        for (NodeProcess node : network.nodes()) {
            sent += NodeStatus.sentBytes(node).orElse(0);
        }
        return sent;
    }

    /**
     * The last words.
     *
     * @param check null: nothing was compared
     * @param sentBytes by all nodes while the load ran
     * @return whether everything is as it must be
     */
    boolean end(@Nullable NetworkCheck check, @Nullable Load load, long sentBytes) {
        boolean isGood = true;
        Map<String, Object> summary = new LinkedHashMap<>();
        if (check != null) {
            verdicts(check);
            isGood = check.isEqual();
            summary.put("nodes", check.nodes().size());
            summary.put("comparedFrom", check.from());
            summary.put("comparedTo", check.commit());
        }
        if (load != null) {
            LoadCounts counts = load.counts();
            isGood &= counts.lostCount() == 0 && counts.failed() == 0;
            summary.put("sent", counts.sent());
            summary.put("accepted", counts.accepted());
            summary.put("results", new TreeMap<>(counts.results()));
            summary.put("lost", counts.lostCount());
            if (counts.lostCount() > 0) {
                summary.put("lostIds", counts.lost());
            }
            summary.put("committedPerSecond", Math.round(load.rate() * 10) / 10.0);
            summary.put("latencyMedianMs", load.latencyMs(50));
            summary.put("latency95PercentMs", load.latencyMs(95));
            if (sentBytes > 0 && counts.executed() > 0) {
                summary.put("wireBytesPerTransaction", sentBytes / counts.executed());
            }
        }
        summary.put("verdict", verdict(check, isGood));
        if (json) {
            out.println(CommonOptions.toJson(summary));
            out.flush();
        } else {
            terminal.result("summary", summary);
        }
        return isGood;
    }

    private static String verdict(@Nullable NetworkCheck check, boolean isGood) {
        if (!isGood) {
            return check != null && !check.isEqual() ? "DIFFERENT" : "transactions are lost, or failed";
        }
        return check == null ? "not compared" : "equal";
    }

    private void verdicts(NetworkCheck check) {
        if (json) {
            check.nodes().forEach(verdict -> out.println(CommonOptions.toJson(fields(check, verdict))));
            out.flush();
            return;
        }
        terminal.say("compared from commit %d to %d".formatted(check.from(), check.commit()));
        var table = new TextTable("NODE", "COMMIT", "HASH", "ROOT", "DUMP", "TRANSACTIONS", "VERDICT");
        for (NodeVerdict verdict : check.nodes()) {
            table.row(
                    verdict.node().name(),
                    Long.toString(check.commit()),
                    shown(verdict.commitHash()),
                    shown(verdict.stateRoot()),
                    shown(verdict.dump()),
                    Long.toString(verdict.transactions()),
                    verdict.difference().map(what -> "DIFFERENT: " + what).orElse("equal"));
        }
        table.print(out);
        out.flush();
    }

    private static String shown(@Nullable Object hash) {
        return hash == null ? "-" : hash.toString().substring(0, SHOWN_OF_A_HASH);
    }

    private static Map<String, @Nullable Object> fields(NetworkCheck check, NodeVerdict verdict) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("node", verdict.node().name());
        fields.put("mode", verdict.node().member().mode().text());
        fields.put("firstCommit", verdict.first());
        fields.put("commit", check.commit());
        fields.put("commitHash", hex(verdict.commitHash()));
        fields.put("stateRoot", hex(verdict.stateRoot()));
        fields.put("dump", verdict.dump());
        fields.put("transactions", verdict.transactions());
        fields.put("equal", verdict.difference().isEmpty());
        fields.put("difference", verdict.difference().orElse(null));
        return fields;
    }

    private static @Nullable String hex(@Nullable Hash hash) {
        return hash == null ? null : hash.hex();
    }
}
