package dev.meshlog.streams.query;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.RadioNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which node somebody means. A number comes before a name, and a whole name before the beginning of one: a name is whatever a node sends, and must
 * not take another node's number. Where two nodes fit equally well, none is chosen.
 *
 * <p>Numbers are {@code !hex}, {@code hex} or decimal text; digits alone are decimal. A text with {@code !} is never a name. Before any of them a
 * network may stand, {@code network/text}.
 */
public final class NodeLookup {
    private final RadioTables tables;
    private final @Nullable String network;

    /** @param network null: all of them */
    public NodeLookup(RadioTables tables, @Nullable String network) {
        this.tables = tables;
        this.network = network;
    }

    /**
     * What was found.
     *
     * @param nodes keys of the tables; one: it is meant; several: any of them may be; none: no node fits
     * @param number what the text is as a number, if it is one
     */
    public record Found(List<String> nodes, OptionalLong number) {
        public Found {
            nodes = List.copyOf(nodes);
        }

        public boolean isOne() {
            return nodes.size() == 1;
        }

        public boolean isAmbiguous() {
            return nodes.size() > 1;
        }
    }

    public Found find(String text) {
        String wanted = text.strip();
        String within = network;
        int slash = wanted.indexOf('/');
        if (within == null && slash > 0 && networks().contains(wanted.substring(0, slash))) {
            within = wanted.substring(0, slash);
            wanted = wanted.substring(slash + 1);
        }
        return find(wanted, within);
    }

    private Found find(String wanted, @Nullable String within) {
        OptionalLong number = number(wanted);
        List<String> keys = tables.known().stream()
                .filter(key -> within == null || networkOf(key).equals(within))
                .toList();
        if (number.isPresent()) {
            String id = NodeNumber.text(number.getAsLong());
            List<String> exact = matching(keys, key -> idOf(key).equals(id));
            if (!exact.isEmpty()) {
                return new Found(exact, number);
            }
        }
        if (wanted.isEmpty() || wanted.equals("!")) {
            return new Found(List.of(), number);
        }
        String lower = wanted.toLowerCase(Locale.ROOT);
        if (wanted.startsWith("!")) {
            return new Found(matching(keys, key -> idOf(key).startsWith(lower)), number);
        }
        List<String> named = named(keys, wanted, String::equals);
        if (named.isEmpty()) {
            named = named(keys, wanted, String::equalsIgnoreCase);
        }
        if (named.isEmpty()) {
            var begins = new TreeSet<>(named(
                    keys, lower, (name, start) -> name.toLowerCase(Locale.ROOT).startsWith(start)));
            if (lower.matches("[0-9a-f]*[a-f][0-9a-f]*")) {
                begins.addAll(matching(keys, key -> idOf(key).startsWith("!" + lower)));
            }
            named = List.copyOf(begins);
        }
        return new Found(named, number);
    }

    private List<String> named(List<String> keys, String wanted, BiPredicate<String, String> fits) {
        return matching(keys, key -> {
            RadioNode node = tables.nodes().get(key);
            return node != null
                    && Stream.of(node.getLongName(), node.getShortName())
                            .anyMatch(name -> name != null && fits.test(name, wanted));
        });
    }

    private static List<String> matching(List<String> keys, Predicate<String> fits) {
        return new ArrayList<>(keys.stream().filter(fits).toList());
    }

    private static OptionalLong number(String text) {
        try {
            return OptionalLong.of(NodeNumber.parse(text));
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    /** Those that some node belongs to. */
    private SortedSet<String> networks() {
        var networks = new TreeSet<String>();
        tables.known().forEach(key -> networks.add(networkOf(key)));
        return networks;
    }

    /** The part of a table's key before the node. */
    public static String networkOf(String key) {
        return key.substring(0, key.lastIndexOf('/'));
    }

    /** The part behind the network: {@code !} and eight hex digits. */
    public static String idOf(String key) {
        return key.substring(key.lastIndexOf('/') + 1);
    }
}
