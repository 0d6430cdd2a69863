package dev.meshlog.streams.radio;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of one step of the key table: what its entry was, what it is, and who brought that about. */
final class KeyEvents {
    private final String network;
    private final long node;
    private final KeySource source;
    private final Instant at;
    private final RecordPosition evidence;
    private final @Nullable PublicKeyEntry before;
    private final @Nullable PublicKeyEntry after;
    private final List<KeyEvent> events = new ArrayList<>();

    KeyEvents(KeyFacts before, KeyFacts after, KeyTable.Sighting sighting) {
        this(before, after, sighting.source(), sighting.at(), sighting.evidence());
    }

    KeyEvents(KeyFacts before, KeyFacts after, KeyDecision decision, RecordPosition evidence) {
        this(before, after, KeySource.OPERATOR, decision.getAtMs(), evidence);
    }

    private KeyEvents(KeyFacts before, KeyFacts after, KeySource source, Instant at, RecordPosition evidence) {
        this.network = after.getNetwork();
        this.node = after.getNode();
        this.source = source;
        this.at = at;
        this.evidence = evidence;
        this.before = KeyEntries.of(before);
        this.after = KeyEntries.of(after);
    }

    @Nullable PublicKeyEntry before() {
        return before;
    }

    @Nullable PublicKeyEntry after() {
        return after;
    }

    List<KeyEvent> all() {
        return List.copyOf(events);
    }

    void add(KeyEventKind kind, Bytes32 key) {
        add(kind, key, null);
    }

    private void add(KeyEventKind kind, Bytes32 key, @Nullable String detail) {
        Bytes32 pinned = after == null || after.getKey().equals(key) ? null : after.getKey();
        events.add(new KeyEvent(network, node, kind, key, pinned, source, at, evidence, List.of(), detail));
    }

    /** What the operator settled before it was seen is news to nobody. */
    void addFirstSighting(Bytes32 key) {
        if (after == null) {
            return;
        }
        boolean weak;
        if (after.getKey().equals(key)) {
            add(before == null ? KeyEventKind.NEW : KeyEventKind.SEEN, key);
            weak = after.getLowEntropy();
        } else {
            var conflict = after.getConflicts().stream()
                    .filter(other -> other.getKey().equals(key))
                    .findFirst();
            if (conflict.isEmpty()) {
                return;
            }
            add(KeyEventKind.CHANGED, key);
            weak = conflict.map(ConflictingKey::getLowEntropy).orElse(false);
        }
        if (weak) {
            add(KeyEventKind.LOW_ENTROPY, key);
        }
        if (KeyEntries.isSelfCertified(node, key)) {
            add(KeyEventKind.SELF_CERTIFIED, key);
        }
    }

    /** When the owner of a radio verified the pinned key. */
    void addVerified() {
        if (after != null
                && after.getState() == KeyState.VERIFIED
                && (before == null || before.getState() != KeyState.VERIFIED)) {
            add(KeyEventKind.VERIFIED, after.getKey(), after.getStateReason());
        }
    }

    void addQuarantined() {
        if (after != null
                && after.getState() == KeyState.QUARANTINED
                && (before == null || before.getState() != KeyState.QUARANTINED)) {
            add(KeyEventKind.QUARANTINED, after.getKey(), after.getStateReason());
        }
    }

    void addDecision(KeyDecision decision) {
        KeyEventKind kind = switch (decision.getKind()) {
            case ACCEPT -> KeyEventKind.ACCEPTED;
            case REJECT -> KeyEventKind.REJECTED;
            case VERIFY -> KeyEventKind.VERIFIED;
            case QUARANTINE -> KeyEventKind.QUARANTINED;
            case REMOVE -> KeyEventKind.REMOVED;
            case UNKNOWN -> throw new IllegalStateException("a decision of no kind was let in");
        };
        String reason = decision.getReason() == null ? "" : ": " + decision.getReason();
        add(kind, decision.getKey(), "by " + decision.getBy() + reason);
    }
}
