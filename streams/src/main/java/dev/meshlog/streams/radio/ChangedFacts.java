package dev.meshlog.streams.radio;

import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KnownDecision;
import dev.meshlog.schemas.radio.KnownKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Facts of a node's keys with one thing changed. What did not change is shared: Avro's builders copy everything. */
final class ChangedFacts {
    private ChangedFacts() {}

    static KeyFacts none(String network, long node) {
        return new KeyFacts(network, node, List.of(), List.of(), null, null, 0L, 0, false);
    }

    static KeyFacts keys(KeyFacts facts, List<KnownKey> keys) {
        return new KeyFacts(
                facts.getNetwork(),
                facts.getNode(),
                List.copyOf(keys),
                facts.getDecisions(),
                facts.getToldSeenMs(),
                facts.getToldNeededMs(),
                facts.getHour(),
                facts.getNewKeysInHour(),
                facts.getToldSuppressed());
    }

    /** The same keys, one of them as it is now. */
    static KeyFacts key(KeyFacts facts, KnownKey now) {
        var keys = new ArrayList<>(facts.getKeys());
        keys.replaceAll(known -> known.getKey().equals(now.getKey()) ? now : known);
        return keys(facts, keys);
    }

    static KeyFacts decisions(KeyFacts facts, List<KnownDecision> decisions) {
        return new KeyFacts(
                facts.getNetwork(),
                facts.getNode(),
                facts.getKeys(),
                List.copyOf(decisions),
                facts.getToldSeenMs(),
                facts.getToldNeededMs(),
                facts.getHour(),
                facts.getNewKeysInHour(),
                facts.getToldSuppressed());
    }

    static KeyFacts toldSeen(KeyFacts facts, Instant at) {
        return new KeyFacts(
                facts.getNetwork(),
                facts.getNode(),
                facts.getKeys(),
                facts.getDecisions(),
                at,
                facts.getToldNeededMs(),
                facts.getHour(),
                facts.getNewKeysInHour(),
                facts.getToldSuppressed());
    }

    static KeyFacts toldNeeded(KeyFacts facts, Instant at) {
        return new KeyFacts(
                facts.getNetwork(),
                facts.getNode(),
                facts.getKeys(),
                facts.getDecisions(),
                facts.getToldSeenMs(),
                at,
                facts.getHour(),
                facts.getNewKeysInHour(),
                facts.getToldSuppressed());
    }

    static KeyFacts counted(KeyFacts facts, long hour, int newKeys, boolean toldSuppressed) {
        return new KeyFacts(
                facts.getNetwork(),
                facts.getNode(),
                facts.getKeys(),
                facts.getDecisions(),
                facts.getToldSeenMs(),
                facts.getToldNeededMs(),
                hour,
                newKeys,
                toldSuppressed);
    }
}
