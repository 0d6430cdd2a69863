package dev.meshlog.streams.query;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an operator may decide about a node's key, and when the table shows that it was decided. Pure. */
public final class KeyDecisions {
    private static final int FINGERPRINT_DIGITS = 16;
    private static final int KEY_DIGITS = 64;

    private KeyDecisions() {}

    /** A decision that can't be meant, with the reason and what can be done. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String why) {
            super(why);
        }
    }

    /** First 16 hex digits of the key's SHA-256. */
    public static String fingerprint(byte[] key) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(key)).substring(0, FINGERPRINT_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * The record of a decision.
     *
     * @param entry of the node
     * @param choice the key that is meant, whole or the beginning of its fingerprint, in hex; null: the only one that can be meant
     * @throws RefusedException when there is none, or more than one
     */
    public static KeyDecision of(
            KeyDecisionKind kind,
            PublicKeyEntry entry,
            @Nullable String choice,
            String by,
            @Nullable String reason,
            Instant at)
            throws RefusedException {
        boolean amongConflicts = kind == KeyDecisionKind.ACCEPT || kind == KeyDecisionKind.REJECT;
        Bytes32 key = amongConflicts ? conflicting(entry, choice) : pinned(kind, entry, choice);
        return new KeyDecision(
                entry.getNetwork(),
                entry.getNode(),
                kind,
                key,
                kind == KeyDecisionKind.ACCEPT ? entry.getKey() : null,
                by,
                reason,
                at);
    }

    private static Bytes32 conflicting(PublicKeyEntry entry, @Nullable String choice) throws RefusedException {
        String node = NodeNumber.text(entry.getNode());
        List<Bytes32> keys =
                entry.getConflicts().stream().map(ConflictingKey::getKey).toList();
        if (keys.isEmpty()) {
            throw new RefusedException(
                    "nothing is in conflict: " + node + " has sent no other key than the pinned one");
        }
        List<Bytes32> meant = chosen(keys, choice);
        if (meant.isEmpty()) {
            throw new RefusedException(
                    "no conflicting key of " + node + " is " + choice + "; there are: " + list(keys));
        }
        if (meant.size() > 1) {
            throw new RefusedException(node + " has " + meant.size()
                    + " conflicting keys, name one by its key or the beginning of its fingerprint: " + list(meant));
        }
        return meant.get(0);
    }

    private static Bytes32 pinned(KeyDecisionKind kind, PublicKeyEntry entry, @Nullable String choice)
            throws RefusedException {
        if (chosen(List.of(entry.getKey()), choice).isEmpty()) {
            throw new RefusedException("the pinned key of %s is %s, not %s%s"
                    .formatted(
                            NodeNumber.text(entry.getNode()),
                            entry.getFingerprint(),
                            choice,
                            kind == KeyDecisionKind.VERIFY ? "; another one is accepted before it is verified" : ""));
        }
        return entry.getKey();
    }

    private static List<Bytes32> chosen(List<Bytes32> keys, @Nullable String choice) {
        if (choice == null) {
            return keys;
        }
        String wanted = choice.strip().toLowerCase(Locale.ROOT);
        var chosen = new ArrayList<Bytes32>();
        for (Bytes32 key : keys) {
            boolean whole = wanted.length() == KEY_DIGITS && Hex.of(key).equals(wanted);
            if (whole || (!wanted.isEmpty() && fingerprint(key.bytes()).startsWith(wanted))) {
                chosen.add(key);
            }
        }
        return chosen;
    }

    private static String list(List<Bytes32> keys) {
        return keys.stream().map(key -> fingerprint(key.bytes())).collect(Collectors.joining(", "));
    }

    /** Whether the entry is as the decision wants it, or was made after it: a weak key that is verified stays in quarantine, for one. */
    public static boolean isShown(KeyDecision decision, @Nullable PublicKeyEntry entry) {
        Bytes32 key = decision.getKey();
        if (entry == null) {
            return decision.getKind() == KeyDecisionKind.REMOVE;
        }
        Instant decidedAt = entry.getDecidedAtMs();
        if (decidedAt != null && !decidedAt.isBefore(decision.getAtMs().truncatedTo(ChronoUnit.MILLIS))) {
            return true;
        }
        return switch (decision.getKind()) {
            case ACCEPT -> entry.getKey().equals(key);
            case REJECT ->
                entry.getConflicts().stream().noneMatch(other -> other.getKey().equals(key));
            case VERIFY -> entry.getKey().equals(key) && entry.getState() == KeyState.VERIFIED;
            case QUARANTINE -> entry.getState() == KeyState.QUARANTINED;
            case REMOVE -> !entry.getKey().equals(key);
            case UNKNOWN -> true;
        };
    }
}
