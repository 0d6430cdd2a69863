package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.radio.KeyClaim;
import dev.meshlog.schemas.radio.KeyDecision;
import dev.meshlog.schemas.radio.KeyEvent;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeyFacts;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KnownDecision;
import dev.meshlog.schemas.radio.KnownKey;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.wire.RejectReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rule of the key table: what a key that is seen, and what the operator says, adds to what is known, and which events that is. A key
 * that is not sent is not removed. Which key is pinned, and its state, follows in {@link KeyEntries}.
 */
final class KeyTable {
    /** More keys than this for one node are an attack; then the one that was not seen for longest gives way, never the pinned one. */
    static final int MAX_KEYS = 17;

    private static final int MAX_DECISIONS = 64;
    private static final int KEY_BYTES = 32;
    private static final Bytes32 NO_KEY = new Bytes32(new byte[KEY_BYTES]);

    /** Of an event that only says that nothing has changed. */
    static final Duration SEEN_EVERY = Duration.ofDays(1);

    static final Duration NEEDED_EVERY = Duration.ofHours(1);

    private final LowEntropyKeys lowEntropy;
    private final int newKeysPerHour;

    KeyTable(LowEntropyKeys lowEntropy, int newKeysPerHour) {
        this.lowEntropy = lowEntropy;
        this.newKeysPerHour = newKeysPerHour;
    }

    /** A node, and what is known of it and its keys. */
    record Node(String network, long number, @Nullable KeyFacts facts) {
        KeyFacts orNothing() {
            return facts == null ? ChangedFacts.none(network, number) : facts;
        }
    }

    /**
     * A key as somebody sent it.
     *
     * @param verified somebody has compared it with its owner, says the radio
     * @param own the radio speaks of itself
     */
    record Sighting(
            ByteString key, KeySource source, Instant at, RecordPosition evidence, boolean verified, boolean own) {}

    /**
     * What follows: the facts as they are now, what is new about them, or why the key does not count.
     *
     * @param added a key that the node did not have before
     * @param forgotten a key that gave way
     */
    record Step(
            @Nullable KeyFacts facts,
            List<KeyEvent> events,
            @Nullable Bytes32 added,
            @Nullable Bytes32 forgotten,
            @Nullable RejectReason rejected) {
        static Step of(@Nullable KeyFacts facts, List<KeyEvent> events) {
            return new Step(facts, events, null, null, null);
        }
    }

    Step see(Node node, Sighting sighting) {
        Optional<RejectReason> reason = reasonToReject(sighting.key());
        if (sighting.key().isEmpty() || reason.isPresent()) {
            return new Step(node.facts(), List.of(), null, null, reason.orElse(null));
        }
        var key = new Bytes32(sighting.key().toByteArray());
        KeyFacts facts = node.orNothing();
        KnownKey known = KeyEntries.find(facts, key);
        return known == null ? added(facts, key, sighting) : seenAgain(facts, known, sighting);
    }

    private Step seenAgain(KeyFacts facts, KnownKey known, Sighting sighting) {
        KnownKey now = KeySightings.merged(known, sighting);
        KeyFacts changed = ChangedFacts.key(facts, now);
        var events = new KeyEvents(facts, changed, sighting);
        PublicKeyEntry entry = events.after();
        boolean isPinned = entry != null && entry.getKey().equals(known.getKey());
        if (isPinned && (events.before() == null || isDue(facts, sighting.at()))) {
            changed = ChangedFacts.toldSeen(changed, sighting.at());
            events.add(events.before() == null ? KeyEventKind.NEW : KeyEventKind.SEEN, known.getKey());
        }
        events.addVerified();
        boolean becomesOwn = now.getOwn() && !known.getOwn();
        return new Step(changed, events.all(), becomesOwn ? now.getKey() : null, null, null);
    }

    /**
     * The same packet over another way. It counts by its time like any other sighting, for which of them is read first is chance; but it is no news, unless
     * the key had been removed in between.
     */
    Step repeated(Node node, Sighting sighting) {
        KeyFacts facts = node.facts();
        KnownKey known = facts == null || sighting.key().size() != KEY_BYTES
                ? null
                : KeyEntries.find(facts, new Bytes32(sighting.key().toByteArray()));
        if (facts == null || known == null || !KeySightings.moves(sighting, known)) {
            return Step.of(facts, List.of());
        }
        KeyFacts changed = ChangedFacts.key(facts, KeySightings.merged(known, sighting));
        var events = new KeyEvents(facts, changed, sighting);
        if (events.before() == null && events.after() != null) {
            events.add(KeyEventKind.NEW, known.getKey());
        }
        return Step.of(changed, events.all());
    }

    private static boolean isDue(KeyFacts facts, Instant at) {
        return facts.getToldSeenMs() == null
                || !at.isBefore(facts.getToldSeenMs().plus(SEEN_EVERY));
    }

    private Step added(KeyFacts before, Bytes32 key, Sighting sighting) {
        KeyFacts facts = counted(before, sighting.at());
        if (facts.getNewKeysInHour() > newKeysPerHour) {
            return suppressed(before, facts, key, sighting);
        }
        var keys = new ArrayList<>(facts.getKeys());
        Bytes32 forgotten = keys.size() < MAX_KEYS ? null : leastRecent(facts);
        keys.removeIf(known -> known.getKey().equals(forgotten));
        keys.add(new KnownKey(
                key,
                lowEntropy.contains(sighting.key()),
                sighting.source(),
                sighting.source(),
                sighting.at(),
                sighting.at(),
                sighting.evidence(),
                sighting.verified(),
                sighting.own(),
                null));
        KeyFacts changed = ChangedFacts.keys(facts, keys);
        var events = new KeyEvents(before, changed, sighting);
        events.addFirstSighting(key);
        events.addVerified();
        PublicKeyEntry entry = events.after();
        if (entry != null && entry.getKey().equals(key)) {
            changed = ChangedFacts.toldSeen(changed, sighting.at());
        }
        return new Step(changed, events.all(), key, forgotten, null);
    }

    private static Step suppressed(KeyFacts before, KeyFacts counted, Bytes32 key, Sighting sighting) {
        if (before.getToldSuppressed() && before.getHour() == counted.getHour()) {
            return Step.of(before, List.of());
        }
        var events = new KeyEvents(before, counted, sighting);
        events.add(KeyEventKind.SUPPRESSED, key);
        return Step.of(
                ChangedFacts.counted(counted, counted.getHour(), counted.getNewKeysInHour(), true), events.all());
    }

    private static KeyFacts counted(KeyFacts facts, Instant at) {
        long hour = at.getEpochSecond() / Duration.ofHours(1).toSeconds();
        return hour == facts.getHour()
                ? ChangedFacts.counted(facts, hour, facts.getNewKeysInHour() + 1, facts.getToldSuppressed())
                : ChangedFacts.counted(facts, hour, 1, false);
    }

    /** Of all but the pinned one. */
    private static Bytes32 leastRecent(KeyFacts facts) {
        PublicKeyEntry entry = KeyEntries.of(facts);
        KnownKey least = null;
        for (KnownKey known : facts.getKeys()) {
            boolean pinned = entry != null && entry.getKey().equals(known.getKey());
            if (!pinned && (least == null || known.getLastSeenMs().isBefore(least.getLastSeenMs()))) {
                least = known;
            }
        }
        return Objects.requireNonNull(least).getKey();
    }

    /** What the operator says. Said twice, it counts once. */
    Step decide(Node node, KeyDecision decision, RecordPosition evidence) {
        KeyFacts facts = node.orNothing();
        var decisions = new ArrayList<>(facts.getDecisions());
        decisions.removeIf(known -> known.getDecision().getKey().equals(decision.getKey())
                && known.getDecision().getKind() == decision.getKind()
                && Objects.equals(known.getDecision().getReplaces(), decision.getReplaces()));
        decisions.add(new KnownDecision(decision, evidence));
        if (decisions.size() > MAX_DECISIONS) {
            decisions.remove(0);
        }
        KeyFacts changed = ChangedFacts.decisions(facts, decisions);
        var events = new KeyEvents(facts, changed, decision, evidence);
        events.addDecision(decision);
        return Step.of(changed, events.all());
    }

    /** One of our own radios has the key. */
    Step claimed(Node node, KeyClaim claim, Instant at, RecordPosition evidence) {
        KnownKey known = node.facts() == null ? null : KeyEntries.find(node.facts(), claim.getKey());
        if (known == null || known.getClaimedFrom() != null) {
            return Step.of(node.facts(), List.of());
        }
        KeyFacts facts = Objects.requireNonNull(node.facts());
        KeyFacts changed = ChangedFacts.key(
                facts,
                new KnownKey(
                        known.getKey(),
                        known.getLowEntropy(),
                        known.getSource(),
                        known.getLastSource(),
                        known.getFirstSeenMs(),
                        known.getLastSeenMs(),
                        known.getEvidence(),
                        known.getVerifiedByRadio(),
                        known.getOwn(),
                        claim.getOwner()));
        var sighting = new Sighting(
                ByteString.copyFrom(claim.getKey().bytes()), known.getLastSource(), at, evidence, false, false);
        var events = new KeyEvents(facts, changed, sighting);
        events.addQuarantined();
        return Step.of(changed, events.all());
    }

    /** A direct message could not be read. */
    Step needed(Node node, String why, Instant at, RecordPosition evidence) {
        KeyFacts facts = node.orNothing();
        if (facts.getToldNeededMs() != null
                && at.isBefore(facts.getToldNeededMs().plus(NEEDED_EVERY))) {
            return Step.of(node.facts(), List.of());
        }
        PublicKeyEntry entry = KeyEntries.of(facts);
        var event = new KeyEvent(
                node.network(),
                node.number(),
                KeyEventKind.KEY_NEEDED,
                entry == null ? NO_KEY : entry.getKey(),
                null,
                entry == null ? KeySource.UNKNOWN : entry.getLastSource(),
                at,
                evidence,
                List.of(),
                why);
        return Step.of(ChangedFacts.toldNeeded(facts, at), List.of(event));
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
}
