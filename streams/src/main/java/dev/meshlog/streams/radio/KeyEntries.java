package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.KnownDecision;
import dev.meshlog.schemas.radio.KnownKey;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RefusedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The entry of the key table that follows from what was seen and decided.
 *
 * <pre>
 *   pinned:       the key that the operator chose last, else the first that was seen; never one that was rejected
 *   QUARANTINED:  by the operator; or it is of low entropy, or one of our own radios has it and this node is another
 *   VERIFIED:     by the operator, whatever else is said of the key; or by the owner of a radio
 *   CONFLICT:     another key was seen and waits for the operator
 *   PINNED:       otherwise
 * </pre>
 */
final class KeyEntries {
    private static final int FINGERPRINT_DIGITS = 16;

    private KeyEntries() {}

    /** Null when the node has no key. */
    static @Nullable PublicKeyEntry of(@Nullable KeyFacts facts) {
        if (facts == null || (facts.getKeys().isEmpty() && facts.getDecisions().isEmpty())) {
            return null;
        }
        KeyHistory history = KeyHistory.of(facts);
        KnownKey pinned = pinned(facts, history);
        if (pinned == null) {
            return null;
        }
        var conflicts = new ArrayList<ConflictingKey>();
        for (KnownKey key : facts.getKeys()) {
            boolean settled = history.refused().containsKey(key.getKey())
                    || history.replaced().containsKey(key.getKey())
                    || history.isHidden(key);
            if (!settled && !key.getKey().equals(pinned.getKey())) {
                conflicts.add(conflict(key));
            }
        }
        KeyState state = state(pinned, history, !conflicts.isEmpty());
        return new PublicKeyEntry(
                facts.getNetwork(),
                facts.getNode(),
                state,
                pinned.getKey(),
                LowEntropyKeys.sha256(ByteString.copyFrom(pinned.getKey().bytes()))
                        .substring(0, FINGERPRINT_DIGITS),
                pinned.getLowEntropy(),
                pinned.getSource(),
                pinned.getFirstSeenMs(),
                pinned.getLastSeenMs(),
                pinned.getEvidence(),
                conflicts,
                pinned.getLastSource(),
                isSelfCertified(facts.getNode(), pinned.getKey()),
                previous(facts, history),
                refused(facts, history),
                reason(pinned, history, state),
                history.decidedAt());
    }

    static @Nullable KnownKey find(KeyFacts facts, Bytes32 key) {
        for (KnownKey known : facts.getKeys()) {
            if (known.getKey().equals(key)) {
                return known;
            }
        }
        return null;
    }

    /** From firmware 2.8 on a node's number is the CRC-32 (IEEE 802.3, as in zip files) of the 32 bytes of its key. */
    static boolean isSelfCertified(long node, Bytes32 key) {
        var crc = new CRC32();
        crc.update(key.bytes());
        return crc.getValue() == node;
    }

    private static @Nullable KnownKey pinned(KeyFacts facts, KeyHistory history) {
        KnownDecision choice = history.choice();
        if (choice != null) {
            KnownKey seen = find(facts, choice.getDecision().getKey());
            return seen == null ? unseen(choice) : seen;
        }
        for (KnownKey key : facts.getKeys()) {
            boolean settled = history.refused().containsKey(key.getKey())
                    || history.replaced().containsKey(key.getKey())
                    || history.isHidden(key);
            if (!settled) {
                return key;
            }
        }
        return null;
    }

    /** A key that only the operator knows so far. */
    private static KnownKey unseen(KnownDecision choice) {
        KeyDecision decision = choice.getDecision();
        return new KnownKey(
                decision.getKey(),
                false,
                KeySource.OPERATOR,
                KeySource.OPERATOR,
                decision.getAtMs(),
                decision.getAtMs(),
                choice.getEvidence(),
                false,
                false,
                null);
    }

    private static KeyState state(KnownKey pinned, KeyHistory history, boolean contested) {
        KeyDecision word = history.lastWord(pinned.getKey());
        if (word != null && word.getKind() == KeyDecisionKind.QUARANTINE) {
            return KeyState.QUARANTINED;
        }
        if (word != null && word.getKind() == KeyDecisionKind.VERIFY) {
            return KeyState.VERIFIED;
        }
        if (pinned.getLowEntropy() || pinned.getClaimedFrom() != null) {
            return KeyState.QUARANTINED;
        }
        if (pinned.getVerifiedByRadio()) {
            return KeyState.VERIFIED;
        }
        return contested ? KeyState.CONFLICT : KeyState.PINNED;
    }

    private static @Nullable String reason(KnownKey pinned, KeyHistory history, KeyState state) {
        KeyDecision word = history.lastWord(pinned.getKey());
        if (word != null && word.getKind() != KeyDecisionKind.ACCEPT) {
            String reason = word.getReason() == null ? "" : ": " + word.getReason();
            return "decided by " + word.getBy() + reason;
        }
        return switch (state) {
            case VERIFIED -> "the owner of a radio verified it";
            case QUARANTINED ->
                pinned.getClaimedFrom() == null
                        ? "many radios have this key, it was made with too little randomness"
                        : "it is the key of " + NodeNumber.text(pinned.getClaimedFrom()) + ", one of our own radios";
            case PINNED, CONFLICT, UNKNOWN -> null;
        };
    }

    private static ConflictingKey conflict(KnownKey key) {
        return new ConflictingKey(
                key.getKey(),
                key.getLowEntropy(),
                key.getSource(),
                key.getFirstSeenMs(),
                key.getLastSeenMs(),
                key.getEvidence());
    }

    private static List<PreviousKey> previous(KeyFacts facts, KeyHistory history) {
        var previous = new ArrayList<PreviousKey>();
        history.replaced().forEach((key, replacement) -> {
            KnownKey known = find(facts, key);
            if (known != null) {
                previous.add(new PreviousKey(
                        key,
                        known.getSource(),
                        known.getFirstSeenMs(),
                        known.getLastSeenMs(),
                        Objects.requireNonNull(replacement).at()));
            }
        });
        return previous;
    }

    private static List<RefusedKey> refused(KeyFacts facts, KeyHistory history) {
        var refused = new ArrayList<RefusedKey>();
        history.refused().forEach((key, at) -> {
            KnownKey known = find(facts, key);
            refused.add(new RefusedKey(
                    key, at, known == null ? null : known.getLastSeenMs().toEpochMilli()));
        });
        return refused;
    }
}
