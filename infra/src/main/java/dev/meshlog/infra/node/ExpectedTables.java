package dev.meshlog.infra.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.LinkEvent;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a recording's tables must hold in the end, as a JSON file says it. A field that the file does not have is not compared. */
public final class ExpectedTables {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode expected;

    private ExpectedTables(JsonNode expected) {
        this.expected = expected;
    }

    /** @throws UserError when the file can't be read */
    public static ExpectedTables read(Path file) {
        try {
            JsonNode root = JSON.readTree(file.toFile());
            if (root == null || !root.isObject()) {
                throw new UserError(file + " holds no JSON object", "see the recordings' README for its form");
            }
            return new ExpectedTables(root);
        } catch (IOException e) {
            throw new UserError(
                    "can't read the expected tables in " + file + ": " + e.getMessage(), "check the file", e);
        }
    }

    /** Every difference in words, none when the tables are as expected. */
    public List<String> differences(String network, MeshView view) {
        return differences(network, view.links(), view.nodes(), view.keys());
    }

    List<String> differences(
            String network, List<LinkEvent> links, List<RadioNode> allNodes, List<PublicKeyEntry> allKeys) {
        var differences = new ArrayList<String>();
        Map<String, Long> counters = new TreeMap<>();
        Long ownNode = null;
        for (LinkEvent link : links) {
            if (link.getNetwork().equals(network)) {
                link.getCounters().forEach((name, value) -> counters.merge(name, value, Long::sum));
                ownNode = link.getOwnNode() == null ? ownNode : link.getOwnNode();
            }
        }
        List<RadioNode> nodes = allNodes.stream()
                .filter(node -> node.getNetwork().equals(network))
                .toList();
        List<PublicKeyEntry> keys =
                allKeys.stream().filter(key -> key.getNetwork().equals(network)).toList();
        Map<String, String> actualKeys = new TreeMap<>();
        Map<String, Set<String>> owners = new TreeMap<>();
        for (PublicKeyEntry key : keys) {
            String node = NodeNumber.text(key.getNode());
            actualKeys.put(node, Hex.of(key.getKey()));
            owners.computeIfAbsent(Hex.of(key.getKey()), unused -> new TreeSet<>())
                    .add(node);
        }
        owners.values().removeIf(sharing -> sharing.size() < 2);

        compare(differences, "ownNode", ownNode == null ? "unknown" : NodeNumber.text(ownNode));
        for (String counter : List.of("frames", "configFrames", "packets")) {
            compare(differences, counter, counters.getOrDefault(counter, 0L));
        }
        compare(differences, "nodes", (long) nodes.size());
        compare(differences, "nodesWithKey", (long) keys.size());
        compare(
                differences,
                "distinctKeys",
                actualKeys.values().stream().distinct().count());
        // The figure is that of the radio's own list, where there is one.
        boolean listed = nodes.stream().anyMatch(RadioNode::getListedByRadio);
        compare(
                differences,
                "unknownHardwareModels",
                nodes.stream()
                        .filter(node -> !node.getHardwareModelKnown() && (node.getListedByRadio() || !listed))
                        .count());
        compareSets(
                differences,
                "lowEntropyNodes",
                strings(expected.path("lowEntropyNodes")),
                keys.stream()
                        .filter(PublicKeyEntry::getLowEntropy)
                        .map(key -> NodeNumber.text(key.getNode()))
                        .collect(Collectors.toCollection(TreeSet::new)));
        compareShared(differences, owners);
        compareKeys(differences, actualKeys);
        return differences;
    }

    private void compare(List<String> differences, String field, Object actual) {
        JsonNode wanted = expected.get(field);
        if (wanted != null && !wanted.asText().equals(String.valueOf(actual))) {
            differences.add("%s: expected %s, got %s".formatted(field, wanted.asText(), actual));
        }
    }

    private void compareSets(List<String> differences, String field, Set<String> wanted, Set<String> actual) {
        if (!expected.has(field)) {
            return;
        }
        wanted.stream()
                .filter(each -> !actual.contains(each))
                .forEach(each -> differences.add("%s: %s is missing".formatted(field, each)));
        actual.stream()
                .filter(each -> !wanted.contains(each))
                .forEach(each -> differences.add("%s: %s is not expected".formatted(field, each)));
    }

    private void compareShared(List<String> differences, Map<String, Set<String>> actual) {
        JsonNode wanted = expected.get("sharedKeys");
        if (wanted == null) {
            return;
        }
        var all = new TreeSet<>(actual.keySet());
        wanted.fieldNames().forEachRemaining(all::add);
        for (String key : all) {
            Set<String> wantedNodes = strings(wanted.path(key));
            Set<String> actualNodes = actual.getOrDefault(key, new TreeSet<>());
            if (!wantedNodes.equals(actualNodes)) {
                differences.add("sharedKeys: %s is expected on %s, is on %s".formatted(key, wantedNodes, actualNodes));
            }
        }
    }

    private void compareKeys(List<String> differences, Map<String, String> actual) {
        JsonNode wanted = expected.get("keys");
        if (wanted == null) {
            return;
        }
        var all = new TreeSet<>(actual.keySet());
        wanted.fieldNames().forEachRemaining(all::add);
        for (String node : all) {
            String wantedKey = wanted.path(node).asText("none");
            String actualKey = actual.getOrDefault(node, "none");
            if (!wantedKey.equals(actualKey)) {
                differences.add("keys: node %s: expected %s, got %s".formatted(node, wantedKey, actualKey));
            }
        }
    }

    private static Set<String> strings(JsonNode array) {
        var values = new TreeSet<String>();
        array.forEach(each -> values.add(each.asText()));
        return values;
    }
}
