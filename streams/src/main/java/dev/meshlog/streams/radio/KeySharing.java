package dev.meshlog.streams.radio;

import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.KeyClaim;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyHolders;
import dev.meshlog.schemas.radio.KeyHolding;
import dev.meshlog.schemas.radio.NodeObservation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes have the same key. A node that has the key of one of our own radios gets a claim, whichever of the two was known first: back
 * where the node's tables are, it is quarantined.
 */
final class KeySharing extends ContextualProcessor<String, KeyHolding, String, KeySharing.Note> {
    static final String HOLDERS = "key-holders";

    /** Of one key. Who comes later is told of these, and is not told to others. */
    private static final int MAX_HOLDERS = 64;

    private KeyValueStore<String, KeyHolders> holders;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    KeySharing() {}

    /** Something about one node, to be told or to be taken back to its tables. */
    record Note(@Nullable KeyEvent event, @Nullable NodeObservation claim) {}

    @Override
    public void init(ProcessorContext<String, Note> context) {
        super.init(context);
        holders = context.getStateStore(HOLDERS);
    }

    @Override
    public void process(Record<String, KeyHolding> record) {
        KeyHolding holding = record.value();
        KeyHolders known =
                Objects.requireNonNullElseGet(holders.get(record.key()), () -> new KeyHolders(List.of(), null));
        if (holding.getReleased()) {
            release(record.key(), known, holding.getNode());
        } else {
            hold(record, known);
        }
    }

    private void release(String key, KeyHolders known, Long node) {
        var nodes = new ArrayList<>(known.getNodes());
        nodes.remove(node);
        Long owner = node.equals(known.getOwner()) ? null : known.getOwner();
        holders.put(key, nodes.isEmpty() ? null : new KeyHolders(nodes, owner));
    }

    private void hold(Record<String, KeyHolding> record, KeyHolders known) {
        KeyHolding holding = record.value();
        Long node = holding.getNode();
        var others = new ArrayList<>(known.getNodes());
        boolean isNew = !others.remove(node);
        Long owner = known.getOwner() == null && holding.getOwn() ? node : known.getOwner();
        var nodes = new ArrayList<>(known.getNodes());
        if (isNew && nodes.size() < MAX_HOLDERS) {
            nodes.add(node);
            Collections.sort(nodes);
        }
        holders.put(record.key(), new KeyHolders(nodes, owner));
        if (isNew && !others.isEmpty()) {
            tell(record, event(holding, node, KeyEventKind.DUPLICATE, others), null);
        }
        if (owner == null) {
            return;
        }
        if (known.getOwner() == null) {
            others.forEach(other -> claim(record, other, owner));
        } else if (isNew && !node.equals(owner)) {
            claim(record, node, owner);
        }
    }

    private void claim(Record<String, KeyHolding> record, Long node, Long owner) {
        KeyHolding holding = record.value();
        var claim = NodeObservation.newBuilder()
                .setNetwork(holding.getNetwork())
                .setNode(node)
                .setLink(holding.getLink())
                .setReceivedAtMs(holding.getAtMs())
                .setEvidence(holding.getEvidence())
                .setClaim(new KeyClaim(holding.getKey(), owner))
                .build();
        tell(record, event(holding, node, KeyEventKind.CLAIMED, List.of(owner)), claim);
    }

    private void tell(Record<String, KeyHolding> record, KeyEvent event, @Nullable NodeObservation claim) {
        String node = NodeNumber.key(event.getNetwork(), event.getNode());
        context().forward(new Record<>(node, new Note(event, claim), record.timestamp()));
    }

    private static KeyEvent event(KeyHolding holding, Long node, KeyEventKind kind, List<Long> others) {
        return new KeyEvent(
                holding.getNetwork(),
                node,
                kind,
                holding.getKey(),
                null,
                holding.getSource(),
                holding.getAtMs(),
                holding.getEvidence(),
                List.copyOf(others),
                null);
    }
}
