package dev.meshlog.infra.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The histories of several nodes side by side, at each index that all of them have. Where they differ, what most of them say is taken for right; of
 * equally many, what the first one says.
 *
 * @param from the first index that all have
 * @param to the last one
 * @param differences by node, for those that differ
 */
record HistoryComparison(long from, long to, Map<String, Difference> differences) {
    /** @param commit the first index where it is so */
    record Difference(long commit, String what) {}

    static HistoryComparison of(List<NodeHistory> nodes) {
        Map<String, Difference> differences = new TreeMap<>();
        for (NodeHistory node : nodes) {
            if (node.commits().isEmpty()) {
                differences.put(node.name(), new Difference(0, "it has no commits"));
            } else {
                node.gap()
                        .ifPresent(missing ->
                                differences.put(node.name(), new Difference(missing, "the commit is missing")));
            }
        }
        List<NodeHistory> whole = nodes.stream()
                .filter(node -> !differences.containsKey(node.name()))
                .toList();
        long from = whole.stream()
                .mapToLong(node -> node.commits().firstKey())
                .max()
                .orElse(0);
        long to =
                whole.stream().mapToLong(node -> node.commits().lastKey()).min().orElse(0);
        for (long index = from; index <= to && !whole.isEmpty(); index++) {
            CommitFacts right = mostCommon(whole, index);
            for (NodeHistory node : whole) {
                Optional<String> difference = node.at(index).differenceFrom(right);
                if (difference.isPresent()) {
                    differences.putIfAbsent(node.name(), new Difference(index, difference.get() + " differs"));
                }
            }
        }
        return new HistoryComparison(from, to, differences);
    }

    private static CommitFacts mostCommon(List<NodeHistory> nodes, long index) {
        return mostCommon(nodes.stream().map(node -> node.at(index)).toList());
    }

    /** Of equally many the one that stands first. */
    static <T> T mostCommon(List<T> all) {
        Map<T, Integer> counts = new LinkedHashMap<>();
        all.forEach(each -> counts.merge(each, 1, Integer::sum));
        T most = all.get(0);
        for (Map.Entry<T, Integer> each : counts.entrySet()) {
            if (each.getValue() > counts.getOrDefault(most, 0)) {
                most = each.getKey();
            }
        }
        return most;
    }
}
