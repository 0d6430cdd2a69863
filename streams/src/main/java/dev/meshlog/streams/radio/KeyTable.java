package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.wire.RejectReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rule of the key table. The first key of a node is pinned and stays; another one is recorded beside it and waits for the
 * operator.
 *
 * <pre>
 *   nothing ── a key ──────────────────> PINNED
 *   nothing ── a low-entropy key ──────> QUARANTINED
 *   PINNED ─── another key ────────────> CONFLICT
 * </pre>
 *
 * <p>VERIFIED and QUARANTINED entries record other keys and stay what they are. A key that is not sent is not removed.
 */
final class KeyTable {
    /** More keys than this for one node are an attack; then the one that was not seen for longest gives way. */
    private static final int MAX_CONFLICTS = 16;

    private static final int KEY_BYTES = 32;
    private static final int FINGERPRINT_DIGITS = 16;

    private final LowEntropyKeys lowEntropy;

    KeyTable(LowEntropyKeys lowEntropy) {
        this.lowEntropy = lowEntropy;
    }

    /** A key as somebody sent it. */
    record Sighting(String network, long node, ByteString key, KeySource source, Instant at, RecordPosition evidence) {}

    /** What follows from a sighting: the entry as it is now, what is new about it, or why the key does not count. */
    record Step(
            @Nullable PublicKeyEntry entry,
            List<KeyEvent> events,
            @Nullable RejectReason rejected) {}

    Step see(@Nullable PublicKeyEntry entry, Sighting sighting) {
        Optional<RejectReason> reason = reasonToReject(sighting.key());
        if (sighting.key().isEmpty() || reason.isPresent()) {
            return new Step(entry, List.of(), reason.orElse(null));
        }
        var key = new Bytes32(sighting.key().toByteArray());
        if (entry == null) {
            return pin(key, sighting);
        }
        if (entry.getKey().equals(key)) {
            PublicKeyEntry seen = PublicKeyEntry.newBuilder(entry)
                    .setLastSeenMs(later(entry.getLastSeenMs(), sighting.at()))
                    .build();
            return new Step(seen, List.of(), null);
        }
        return conflict(entry, key, sighting);
    }

    private Step pin(Bytes32 key, Sighting sighting) {
        boolean weak = lowEntropy.contains(sighting.key());
        var entry = new PublicKeyEntry(
                sighting.network(),
                sighting.node(),
                weak ? KeyState.QUARANTINED : KeyState.PINNED,
                key,
                LowEntropyKeys.sha256(sighting.key()).substring(0, FINGERPRINT_DIGITS),
                weak,
                sighting.source(),
                sighting.at(),
                sighting.at(),
                sighting.evidence(),
                List.of(),
                sighting.source(),
                false,
                List.of(),
                List.of(),
                null,
                null);
        return new Step(entry, events(KeyEventKind.NEW, key, null, weak, sighting), null);
    }

    private Step conflict(PublicKeyEntry entry, Bytes32 key, Sighting sighting) {
        var conflicts = new ArrayList<ConflictingKey>(entry.getConflicts());
        PublicKeyEntry.Builder changed = PublicKeyEntry.newBuilder(entry);
        for (int i = 0; i < conflicts.size(); i++) {
            ConflictingKey known = conflicts.get(i);
            if (known.getKey().equals(key)) {
                conflicts.set(
                        i,
                        ConflictingKey.newBuilder(known)
                                .setLastSeenMs(later(known.getLastSeenMs(), sighting.at()))
                                .build());
                return new Step(changed.setConflicts(conflicts).build(), List.of(), null);
            }
        }
        if (conflicts.size() == MAX_CONFLICTS) {
            conflicts.remove(leastRecent(conflicts));
        }
        boolean weak = lowEntropy.contains(sighting.key());
        conflicts.add(
                new ConflictingKey(key, weak, sighting.source(), sighting.at(), sighting.at(), sighting.evidence()));
        if (entry.getState() == KeyState.PINNED) {
            changed.setState(KeyState.CONFLICT);
        }
        return new Step(
                changed.setConflicts(conflicts).build(),
                events(KeyEventKind.CHANGED, key, entry.getKey(), weak, sighting),
                null);
    }

    private static ConflictingKey leastRecent(List<ConflictingKey> conflicts) {
        ConflictingKey least = conflicts.get(0);
        for (ConflictingKey conflict : conflicts) {
            least = conflict.getLastSeenMs().isBefore(least.getLastSeenMs()) ? conflict : least;
        }
        return least;
    }

    private static List<KeyEvent> events(
            KeyEventKind kind, Bytes32 key, @Nullable Bytes32 pinned, boolean weak, Sighting sighting) {
        var events = new ArrayList<KeyEvent>();
        events.add(event(kind, key, pinned, sighting));
        if (weak) {
            events.add(event(KeyEventKind.LOW_ENTROPY, key, pinned, sighting));
        }
        return events;
    }

    private static KeyEvent event(KeyEventKind kind, Bytes32 key, @Nullable Bytes32 pinned, Sighting sighting) {
        return new KeyEvent(
                sighting.network(),
                sighting.node(),
                kind,
                key,
                pinned,
                sighting.source(),
                sighting.at(),
                sighting.evidence(),
                List.of(),
                null);
    }

    private static Optional<RejectReason> reasonToReject(ByteString key) {
        if (key.isEmpty()) {
            return Optional.empty();
        }
        if (key.size() != KEY_BYTES) {
            return Optional.of(RejectReason.KEY_LENGTH);
        }
        return key.equals(ByteString.copyFrom(new byte[KEY_BYTES]))
                ? Optional.of(RejectReason.KEY_ALL_ZERO)
                : Optional.empty();
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
