package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyClaim;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeyHolding;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.NodeObservation;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** The key table's rule applied to its store. */
final class NodeKeys {
    private final KeyTable table;
    private final KeyValueStore<String, KeyFacts> store;

    NodeKeys(KeyTable table, KeyValueStore<String, KeyFacts> store) {
        this.table = table;
        this.store = store;
    }

    void see(
            NodeObservation observation,
            ByteString key,
            KeySource source,
            boolean verified,
            NodeChange.Builder change) {
        if (key.isEmpty()) {
            return;
        }
        KeyTable.Sighting sighting = sighting(observation, key, source, verified);
        KeyTable.Node node = node(observation);
        KeyTable.Step step = table.see(node, sighting);
        keep(node, step, change);
        if (step.added() != null) {
            change.holding(holding(observation, step.added(), source, false));
        }
        if (step.forgotten() != null) {
            change.holding(holding(observation, step.forgotten(), source, true));
        }
        if (step.rejected() != null) {
            change.rejected(observation, step.rejected(), key.asReadOnlyByteBuffer());
        }
    }

    /** A packet that was counted before has the key. */
    void repeated(NodeObservation observation, ByteString key, KeySource source, NodeChange.Builder change) {
        if (key.isEmpty()) {
            return;
        }
        KeyTable.Node node = node(observation);
        keep(node, table.repeated(node, sighting(observation, key, source, false)), change);
    }

    private static KeyTable.Sighting sighting(
            NodeObservation observation, ByteString key, KeySource source, boolean verified) {
        return new KeyTable.Sighting(
                key,
                source,
                observation.getReceivedAtMs(),
                observation.getEvidence(),
                verified,
                observation.getOwnNode());
    }

    void decide(KeyDecision decision, RecordPosition evidence, NodeChange.Builder change) {
        KeyTable.Node node = node(decision.getNetwork(), decision.getNode());
        keep(node, table.decide(node, decision, evidence), change);
    }

    void claimed(NodeObservation observation, KeyClaim claim, NodeChange.Builder change) {
        KeyTable.Node node = node(observation);
        keep(node, table.claimed(node, claim, observation.getReceivedAtMs(), observation.getEvidence()), change);
    }

    void needed(NodeObservation observation, String why, NodeChange.Builder change) {
        KeyTable.Node node = node(observation);
        keep(node, table.needed(node, why, observation.getReceivedAtMs(), observation.getEvidence()), change);
    }

    /** The pinned key, those before it, and those that wait for the operator. */
    List<Bytes32> all(NodeObservation observation) {
        PublicKeyEntry entry = KeyEntries.of(node(observation).facts());
        if (entry == null) {
            return List.of();
        }
        var keys = new ArrayList<Bytes32>();
        keys.add(entry.getKey());
        entry.getPrevious().stream().map(PreviousKey::getKey).forEach(keys::add);
        entry.getConflicts().stream().map(ConflictingKey::getKey).forEach(keys::add);
        return keys;
    }

    private KeyTable.Node node(NodeObservation observation) {
        return node(observation.getNetwork(), observation.getNode());
    }

    private KeyTable.Node node(String network, long number) {
        return new KeyTable.Node(network, number, store.get(NodeNumber.key(network, number)));
    }

    private void keep(KeyTable.Node node, KeyTable.Step step, NodeChange.Builder change) {
        KeyFacts facts = step.facts();
        if (facts != null && !facts.equals(node.facts())) {
            store.put(NodeNumber.key(node.network(), node.number()), facts);
            @Nullable PublicKeyEntry entry = KeyEntries.of(facts);
            if (!Objects.equals(entry, KeyEntries.of(node.facts()))) {
                change.key(entry);
            }
        }
        change.keyEvents(step.events());
    }

    private static KeyHolding holding(NodeObservation observation, Bytes32 key, KeySource source, boolean released) {
        return new KeyHolding(
                observation.getNetwork(),
                observation.getNode(),
                key,
                observation.getOwnNode() && !released,
                released,
                source,
                observation.getLink(),
                observation.getReceivedAtMs(),
                observation.getEvidence());
    }
}
