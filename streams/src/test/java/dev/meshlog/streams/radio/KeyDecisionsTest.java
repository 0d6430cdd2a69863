package dev.meshlog.streams.radio;

import static dev.meshlog.streams.radio.KeyStory.at;
import static dev.meshlog.streams.radio.KeyStory.bytes;
import static dev.meshlog.streams.radio.KeyStory.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyDecisionKind;
import dev.meshlog.schemas.radio.KeyEventKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PreviousKey;
import dev.meshlog.schemas.radio.RefusedKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyDecisionsTest {
    private static final List<KeyDecisionKind> KINDS = List.of(
            KeyDecisionKind.ACCEPT,
            KeyDecisionKind.REJECT,
            KeyDecisionKind.VERIFY,
            KeyDecisionKind.QUARANTINE,
            KeyDecisionKind.REMOVE);

    private final KeyStory story = new KeyStory();

    @Test
    @DisplayName("LV-06 an accepted key is pinned, and the old one is history")
    void acceptedKeyIsPinnedAndTheOldOneIsHistory() {
        story.see(1, key(1))
                .see(2, key(2))
                .decide(3, KeyDecisionKind.ACCEPT, key(2), key(1))
                .see(4, key(1));
        assertThat(story.entry().getState()).isEqualTo(KeyState.PINNED);
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(2)));
        assertThat(story.entry().getDecidedAtMs()).isEqualTo(at(3));
        assertThat(story.entry().getConflicts()).isEmpty();
        assertThat(story.entry().getPrevious()).singleElement().satisfies(previous -> {
            assertThat(previous.getKey()).isEqualTo(bytes(key(1)));
            assertThat(previous.getReplacedAtMs()).isEqualTo(at(3));
            assertThat(previous.getLastSeenMs()).isEqualTo(at(4));
        });
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.ACCEPTED);
        assertThat(story.events.get(2).getEvidence().getTopic()).isEqualTo("radio.key-decisions");
    }

    @Test
    void rejectedKeyIsNoConflictAgain() {
        story.see(1, key(1))
                .see(2, key(2))
                .decide(3, KeyDecisionKind.REJECT, key(2), null)
                .see(4, key(2));
        assertThat(story.entry().getState()).isEqualTo(KeyState.PINNED);
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.entry().getRefused())
                .extracting(RefusedKey::getKey, RefusedKey::getLastSeenMs)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(bytes(key(2)), at(4).toEpochMilli()));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.CHANGED, KeyEventKind.REJECTED);
    }

    @Test
    void keyThatIsRejectedBeforeItComesIsNeverPinned() {
        story.decide(1, KeyDecisionKind.REJECT, key(2), null).see(2, key(2));
        assertThat(story.entryOrNull()).isNull();
        story.see(3, key(1));
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.kinds()).containsExactly(KeyEventKind.REJECTED, KeyEventKind.NEW);
    }

    @Test
    void rejectingTheAcceptedKeyBringsBackTheOneBefore() {
        story.see(1, key(1))
                .see(2, key(2))
                .decide(3, KeyDecisionKind.ACCEPT, key(2), key(1))
                .decide(4, KeyDecisionKind.REJECT, key(2), null);
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.entry().getPrevious()).isEmpty();
        assertThat(story.entry().getState()).isEqualTo(KeyState.PINNED);
    }

    @Test
    void verifiedKeyStaysVerifiedWhenAnotherIsSeen() {
        story.see(1, key(1)).decide(2, KeyDecisionKind.VERIFY, key(1), null).see(3, key(2));
        assertThat(story.entry().getState()).isEqualTo(KeyState.VERIFIED);
        assertThat(story.entry().getStateReason()).isEqualTo("decided by ann");
        assertThat(story.entry().getConflicts())
                .extracting(ConflictingKey::getKey)
                .containsExactly(bytes(key(2)));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.VERIFIED, KeyEventKind.CHANGED);
    }

    @Test
    void quarantineHoldsUntilTheKeyIsVerified() {
        story.see(1, key(1)).decide(2, KeyDecisionKind.QUARANTINE, key(1), null);
        assertThat(story.entry().getState()).isEqualTo(KeyState.QUARANTINED);
        story.decide(3, KeyDecisionKind.VERIFY, key(1), null);
        assertThat(story.entry().getState()).isEqualTo(KeyState.VERIFIED);
    }

    @Test
    void keyThatOnlyTheOperatorKnowsIsPinned() {
        story.decide(1, KeyDecisionKind.VERIFY, key(1), null);
        assertThat(story.entry().getSource()).isEqualTo(KeySource.OPERATOR);
        assertThat(story.entry().getState()).isEqualTo(KeyState.VERIFIED);
        story.see(2, key(2)).see(3, key(1));
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.entry().getSource()).isEqualTo(KeySource.PACKET_RADIO);
    }

    @Test
    void removedKeyIsGoneUntilItIsSeenAgain() {
        story.see(1, key(1)).decide(2, KeyDecisionKind.REMOVE, key(1), null);
        assertThat(story.entryOrNull()).isNull();
        story.see(3, key(1));
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW, KeyEventKind.REMOVED, KeyEventKind.NEW);
    }

    /** Frames keep their order, and decisions keep theirs; which topic is read faster must not matter. */
    @Test
    void frameOrDecisionFirstGivesTheSameEntry() {
        long seed = new Random().nextLong();
        for (int round = 0; round < 2_000; round++) {
            var random = new Random(seed + round);
            var frames = new ArrayList<UnaryOperator<KeyStory>>();
            var decisions = new ArrayList<UnaryOperator<KeyStory>>();
            for (int second = 1; second <= 8; second++) {
                long at = second;
                int which = 1 + random.nextInt(4);
                int other = 1 + random.nextInt(4);
                boolean verified = random.nextInt(6) == 0;
                if (random.nextBoolean()) {
                    frames.add(story -> story.see(at, key(which), KeySource.PACKET_RADIO, verified));
                } else {
                    KeyDecisionKind kind = KINDS.get(random.nextInt(KINDS.size()));
                    decisions.add(story -> story.decide(at, kind, key(which), other == 4 ? null : key(other)));
                }
            }
            assertThat(interleaved(frames, decisions, random).entryOrNull())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(interleaved(frames, decisions, random).entryOrNull());
        }
    }

    /** Each link keeps its order. Which key is pinned when they bring several is that of the link that is read first. */
    @Test
    void whatIsKnownOfAKeyDoesNotDependOnWhichLinkIsReadFirst() {
        long seed = new Random().nextLong();
        var sources = List.of(KeySource.PACKET_RADIO, KeySource.PACKET_MQTT, KeySource.RADIO_NODEDB);
        for (int round = 0; round < 2_000; round++) {
            var random = new Random(seed + round);
            var one = new ArrayList<UnaryOperator<KeyStory>>();
            var other = new ArrayList<UnaryOperator<KeyStory>>();
            for (long second = 1; second <= 8; second++) {
                long at = second - random.nextInt(2);
                int which = 1 + random.nextInt(2);
                KeySource source = sources.get(random.nextInt(sources.size()));
                if (random.nextBoolean()) {
                    one.add(story -> story.seeOver(1, at, key(which), source));
                } else {
                    other.add(story -> story.seeOver(2, at, key(which), source));
                }
            }
            assertThat(interleaved(one, other, random).keys())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(interleaved(one, other, random).keys());
        }
    }

    /** As a mesh with several gateways does it. */
    @Test
    void packetOverSeveralLinksCountsByItsTimesWhicheverIsReadFirst() {
        long seed = new Random().nextLong();
        var sources = List.of(KeySource.PACKET_RADIO, KeySource.PACKET_MQTT);
        for (int round = 0; round < 2_000; round++) {
            var random = new Random(seed + round);
            var one = new ArrayList<UnaryOperator<KeyStory>>();
            var other = new ArrayList<UnaryOperator<KeyStory>>();
            for (long number = 1; number <= 6; number++) {
                long packet = number;
                int which = 1 + random.nextInt(2);
                for (int link = 1; link <= 2; link++) {
                    int partition = link;
                    long at = 3 * packet + random.nextInt(6);
                    KeySource source = sources.get(random.nextInt(sources.size()));
                    if (random.nextInt(4) > 0) {
                        (link == 1 ? one : other)
                                .add(story -> story.receive(packet, partition, at, key(which), source));
                    }
                }
            }
            assertThat(interleaved(one, other, random).keys())
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(interleaved(one, other, random).keys());
        }
    }

    @Test
    void removedKeyThatComesOverAnotherLinkLaterIsThereAgain() {
        story.seeOver(1, 4, key(1), KeySource.PACKET_RADIO).decide(5, KeyDecisionKind.REMOVE, key(1), null);
        assertThat(story.entryOrNull()).isNull();
        story.repeated(2, 6, key(1), KeySource.PACKET_MQTT);
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(1)));
        assertThat(story.kinds()).endsWith(KeyEventKind.NEW);
    }

    @Test
    void repeatedPacketIsTheEvidenceWhenItWasTheEarlierOne() {
        story.seeOver(2, 5, key(1), KeySource.PACKET_MQTT)
                .repeated(1, 4, key(1), KeySource.PACKET_RADIO)
                .repeated(3, 9, key(1), KeySource.PACKET_MQTT)
                .repeated(3, 1, key(2), KeySource.PACKET_MQTT);
        assertThat(story.entry().getSource()).isEqualTo(KeySource.PACKET_RADIO);
        assertThat(story.entry().getEvidence().getPartition()).isEqualTo(1);
        assertThat(story.entry().getFirstSeenMs()).isEqualTo(at(4));
        assertThat(story.entry().getLastSeenMs()).isEqualTo(at(9));
        assertThat(story.entry().getLastSource()).isEqualTo(KeySource.PACKET_MQTT);
        assertThat(story.kinds()).containsExactly(KeyEventKind.NEW);
        assertThat(story.keysKept()).isEqualTo(1);
    }

    @Test
    void historyOfDecisionsIsBounded() {
        for (int i = 0; i < 1_000; i++) {
            story.decide(i, KeyDecisionKind.ACCEPT, key(i % 120), key((i + 1) % 120));
        }
        assertThat(story.entry().getKey()).isEqualTo(bytes(key(999 % 120)));
        assertThat(story.entry().getPrevious()).extracting(PreviousKey::getKey).isEmpty();
    }

    private static KeyStory interleaved(
            List<UnaryOperator<KeyStory>> frames, List<UnaryOperator<KeyStory>> decisions, Random random) {
        var story = new KeyStory();
        int frame = 0;
        int decision = 0;
        while (frame < frames.size() || decision < decisions.size()) {
            boolean takeFrame = decision == decisions.size() || (frame < frames.size() && random.nextBoolean());
            story = takeFrame
                    ? frames.get(frame++).apply(story)
                    : decisions.get(decision++).apply(story);
        }
        return story;
    }
}
