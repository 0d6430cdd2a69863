package dev.meshlog.streams.radio;

import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KnownDecision;
import dev.meshlog.schemas.radio.KnownKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's decisions on one node's keys come to, in their order. It does not depend on what was seen when, so frames and
 * decisions may be processed in any order towards each other.
 */
final class KeyHistory {
    /** A key that another one was put in the place of. */
    record Replacement(Bytes32 by, Instant at) {}

    private final Map<Bytes32, Replacement> replaced = new LinkedHashMap<>();
    private final Map<Bytes32, Instant> refused = new LinkedHashMap<>();
    private final Map<Bytes32, Instant> removed = new HashMap<>();
    private final Map<Bytes32, KeyDecision> lastWord = new HashMap<>();
    private @Nullable KnownDecision choice;
    private @Nullable Instant decidedAt;

    private KeyHistory() {}

    static KeyHistory of(KeyFacts facts) {
        var history = new KeyHistory();
        facts.getDecisions().forEach(history::add);
        return history;
    }

    private void add(KnownDecision known) {
        KeyDecision decision = known.getDecision();
        Bytes32 key = decision.getKey();
        decidedAt = decision.getAtMs();
        switch (decision.getKind()) {
            case ACCEPT, VERIFY -> choose(known);
            case QUARANTINE -> lastWord.put(key, decision);
            case REJECT -> {
                forget(key);
                refused.put(key, decision.getAtMs());
            }
            case REMOVE -> {
                forget(key);
                removed.put(key, decision.getAtMs());
            }
            case UNKNOWN -> throw new IllegalStateException("a decision of no kind was let in");
        }
    }

    private void choose(KnownDecision known) {
        KeyDecision decision = known.getDecision();
        Bytes32 key = decision.getKey();
        choice = known;
        removed.remove(key);
        refused.remove(key);
        replaced.remove(key);
        KeyDecision word = lastWord.get(key);
        boolean stillVerified = decision.getKind() == KeyDecisionKind.ACCEPT
                && word != null
                && word.getKind() == KeyDecisionKind.VERIFY;
        if (!stillVerified) {
            lastWord.put(key, decision);
        }
        Bytes32 before = decision.getReplaces();
        if (before != null && !before.equals(key)) {
            replaced.remove(before);
            replaced.put(before, new Replacement(key, decision.getAtMs()));
        }
    }

    private void forget(Bytes32 key) {
        if (choice != null && choice.getDecision().getKey().equals(key)) {
            choice = null;
        }
        lastWord.remove(key);
        refused.remove(key);
        replaced.remove(key);
        replaced.values().removeIf(replacement -> replacement.by().equals(key));
    }

    /** What the operator wants to be pinned. */
    @Nullable KnownDecision choice() {
        return choice;
    }

    /** Keys that were pinned until the operator chose another, in the order in which that happened. */
    Map<Bytes32, Replacement> replaced() {
        return replaced;
    }

    /** Keys that the operator rejected, and when. */
    Map<Bytes32, Instant> refused() {
        return refused;
    }

    /** A key that was removed is there again once it is seen again. */
    boolean isHidden(KnownKey key) {
        Instant at = removed.get(key.getKey());
        return at != null && !key.getLastSeenMs().isAfter(at);
    }

    /** The last decision that says how far the key is to be trusted. */
    @Nullable KeyDecision lastWord(Bytes32 key) {
        return lastWord.get(key);
    }

    @Nullable Instant decidedAt() {
        return decidedAt;
    }
}
