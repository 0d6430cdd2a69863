package dev.meshlog.streams.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.streams.query.KeyFinding;
import dev.meshlog.streams.query.NodeLookup;
import dev.meshlog.streams.query.RadioJson;
import dev.meshlog.streams.query.RadioTables;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.function.Predicate;

/** Answers out of the tables in memory: one entry, or a page of them in the order of their keys. */
final class RadioAnswers {
    private static final int LIMIT = 100;
    private static final int MOST = 1_000;
    private static final int LIST = 2;

    JsonNode nodes(Question question, RadioTables tables) {
        if (question.path().size() > LIST) {
            String node = one(question, tables, question.path().size());
            ObjectNode all = RadioJson.node(tables, node);
            all.set("edges", RadioJson.edges(tables, node));
            return all;
        }
        question.allow(Set.of("after", "limit", "network"));
        return page(
                question,
                "nodes",
                tables.nodes().navigableKeySet(),
                inNetwork(question),
                node -> RadioJson.node(tables, node));
    }

    JsonNode keys(Question question, RadioTables tables) {
        if (question.path().size() > LIST) {
            String node = one(question, tables, question.path().size());
            return RadioJson.keyInFull(tables, node)
                    .put("message", KeyFinding.of(tables, node).sentence());
        }
        question.allow(Set.of("after", "limit", "network", "state", "without"));
        Predicate<String> wanted = inNetwork(question);
        if (question.isTrue("without")) {
            return page(
                    question,
                    "keys",
                    tables.nodes().navigableKeySet(),
                    wanted.and(node -> !tables.keys().containsKey(node)),
                    node -> RadioJson.key(tables, node));
        }
        Optional<KeyState> state =
                Optional.ofNullable(question.parameters().get("state")).map(RadioAnswers::state);
        return page(
                question,
                "keys",
                tables.keys().navigableKeySet(),
                wanted.and(node -> {
                    PublicKeyEntry entry = tables.keys().get(node);
                    return entry != null && (state.isEmpty() || entry.getState() == state.get());
                }),
                node -> RadioJson.key(tables, node));
    }

    JsonNode links(Question question, RadioTables tables) {
        question.allow(Set.of("network"));
        ObjectNode all = RadioJson.object();
        var links = all.putArray("links");
        String network = question.parameters().get("network");
        tables.links().forEach((name, link) -> {
            if (network == null || link.network().equals(network)) {
                links.add(RadioJson.link(name, link));
            }
        });
        return all;
    }

    /**
     * The node that the segments from the third up to {@code end} name.
     *
     * @throws Refusal when none or more than one fits
     */
    static String one(Question question, RadioTables tables, int end) {
        question.allow(Set.of("network"));
        return one(
                String.join("/", question.path().subList(LIST, end)),
                question.parameters().get("network"),
                tables);
    }

    static String one(String text, @org.jspecify.annotations.Nullable String network, RadioTables tables) {
        NodeLookup.Found found = new NodeLookup(tables, network).find(text);
        if (found.isAmbiguous()) {
            throw Refusal.conflict(
                    "AMBIGUOUS",
                    "'" + text + "' may be any of "
                            + String.join(
                                    ", ", found.nodes().stream().limit(LIMIT).toList()) + ".");
        }
        if (!found.isOne()) {
            throw Refusal.notFound("NO_NODE", "No link has heard of a node '" + text + "'.");
        }
        return found.nodes().get(0);
    }

    private static KeyState state(String text) {
        try {
            return KeyState.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(
                    "BAD_PARAMETER", "state is one of PINNED, VERIFIED, CONFLICT, QUARANTINED, not '" + text + "'.");
        }
    }

    private static Predicate<String> inNetwork(Question question) {
        String network = question.parameters().get("network");
        return network == null
                ? node -> true
                : node -> NodeLookup.networkOf(node).equals(network);
    }

    static int limit(Question question) {
        String text = question.parameters().get("limit");
        long limit = text == null ? LIMIT : Question.number("limit", text);
        if (limit < 1 || limit > MOST) {
            throw Refusal.badRequest("BAD_PARAMETER", "limit is 1 to " + MOST + ", not " + limit + ".");
        }
        return (int) limit;
    }

    private static JsonNode page(
            Question question,
            String name,
            SortedSet<String> keys,
            Predicate<String> wanted,
            Function<String, JsonNode> shown) {
        int limit = limit(question);
        String after = question.parameters().getOrDefault("after", "");
        // One more than is shown tells whether there is a next page; "\0" makes the bound exclusive.
        List<String> found = keys.tailSet(after + (after.isEmpty() ? "" : "\0")).stream()
                .filter(wanted)
                .limit(limit + 1L)
                .toList();
        ObjectNode all = RadioJson.object();
        var page = all.putArray(name);
        found.stream().limit(limit).map(shown).forEach(page::add);
        if (found.size() > limit) {
            all.put("next", found.get(limit - 1));
        }
        return all;
    }
}
