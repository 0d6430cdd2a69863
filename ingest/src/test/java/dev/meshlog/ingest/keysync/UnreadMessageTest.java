package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.entry;
import static dev.meshlog.ingest.keysync.MemoryTables.facts;
import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel.Transmitted;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.KeyState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Direct messages and the keys that they need, in both directions. */
class UnreadMessageTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Rig rig = new Rig(KeyPolicy.ON_DEMAND);

    @Test
    @DisplayName("DM-01 a message that the radio can't read makes one push and one retry request")
    void unreadMessageMakesOnePushAndOneRetryRequest() throws Exception {
        rig.tables.pin(1, 1);
        rig.tables.pin(2, 2);
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isZero();
        for (int again = 0; again < 3; again++) {
            rig.hear(Rig.direct(1, 77, key(1)));
        }
        rig.run(Duration.ofMinutes(20));
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.records)
                .extracting(KeyPush::getKind)
                .containsExactly(KeyPushKind.PUSHED, KeyPushKind.ACKNOWLEDGED, KeyPushKind.RETRY_REQUESTED);
        assertThat(rig.records).allSatisfy(each -> {
            assertThat(each.getCause()).isEqualTo(KeyPushCause.MESSAGE_IN);
            assertThat(each.getNode()).isEqualTo(1);
        });
        assertThat(rig.radio.transmitted()).singleElement().satisfies(sent -> {
            assertThat(sent.packet().getTo()).isEqualTo(1);
            assertThat(sent.packet().getDecoded().getRequestId()).isEqualTo(77);
            assertThat(Routing.parseFrom(sent.packet().getDecoded().getPayload())
                            .getErrorReason())
                    .isEqualTo(35);
        });
        assertThat(rig.radio.nodes().key(2)).isEmpty();
    }

    @Test
    void messageThatComesBeforeTheRadioHasToldItsNodesIsNotForgotten() {
        rig.tables.pin(1, 1);
        rig.tables.ready(false);
        rig.connect();
        rig.run(SOON);
        rig.hear(Rig.direct(1, 77, key(1)));
        rig.run(SOON);
        rig.tables.ready(true);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
    }

    @Test
    @DisplayName("DM-01 a sender without a key is asked for its NODEINFO, at most once in ten minutes")
    void unknownSenderIsAskedForItsNodeInfo() throws Exception {
        rig.radio
                .nodes()
                .put(NodeInfo.newBuilder()
                        .setNum((int) Rig.OWN)
                        .setUser(User.newBuilder().setPublicKey(key(99)))
                        .build());
        rig.connect();
        rig.run(SOON);
        for (int id = 1; id <= 15; id++) {
            rig.hear(Rig.direct(1, id, key(1)));
            rig.run(Duration.ofMinutes(1));
        }
        assertThat(rig.radio.transmitted()).hasSize(2);
        Transmitted asked = rig.radio.transmitted().get(0);
        assertThat(asked.packet().getDecoded().getPortNum()).isEqualTo(4);
        assertThat(asked.packet().getDecoded().getWantResponse()).isTrue();
        assertThat(User.parseFrom(asked.packet().getDecoded().getPayload()).getPublicKey())
                .isEqualTo(key(99));
        assertThat(rig.records(KeyPushKind.RETRY_REQUESTED)).hasSize(2);
        assertThat(rig.records(KeyPushKind.PUSHED)).isEmpty();
    }

    @Test
    @DisplayName("DM-02 the radio had the key on its list and has lost it since: it gets it again")
    void evictedKeyIsGivenAgain() {
        rig.tables.pin(1, 1);
        rig.holds(1, key(1));
        rig.connect();
        rig.run(SOON);
        rig.radio.nodes().remove(1);
        rig.hear(Rig.direct(1, 77, key(1)));
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.radio.transmitted()).hasSize(1);
    }

    @Test
    @DisplayName("DM-02 the radio has the right key for certain: the sender may have an old one of the radio's")
    void senderWithAnOldKeyIsAskedForItsNodeInfo() {
        rig.tables.pin(1, 1);
        rig.connect();
        rig.run(SOON);
        rig.sync.asked(RequestsTest.request(1L, false, false), rig.now);
        rig.run(SOON);
        rig.hear(Rig.direct(1, 77, key(200)));
        rig.run(SOON);
        assertThat(rig.records(KeyPushKind.PUSHED)).hasSize(1);
        assertThat(rig.radio.transmitted())
                .singleElement()
                .satisfies(sent ->
                        assertThat(sent.packet().getDecoded().getPortNum()).isEqualTo(4));
    }

    @Test
    @DisplayName("DM-02 the radio has another key: that is told, and nothing is overwritten")
    void radioWithAnotherKeyKeepsIt() {
        rig.tables.pin(1, 1);
        rig.holds(1, key(9));
        rig.connect();
        rig.run(SOON);
        rig.hear(Rig.direct(1, 77, key(1)));
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(9));
        assertThat(rig.records).extracting(KeyPush::getKind).containsExactly(KeyPushKind.DIFFERS, KeyPushKind.REFUSED);
        assertThat(rig.radio.transmitted()).isEmpty();
    }

    @Test
    void keyInConflictIsNotGivenWhateverComes() {
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.CONFLICT, key(1)));
        rig.connect();
        rig.run(SOON);
        rig.hear(Rig.direct(1, 77, key(1)));
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEmpty();
        assertThat(rig.records)
                .singleElement()
                .satisfies(record -> assertThat(record.getDetail()).isEqualTo("its key is in state CONFLICT"));
    }

    @Test
    void inventedSendersDoNotMakeTheRadioTalk() {
        rig.connect();
        rig.run(SOON);
        for (int sender = 1; sender <= 100; sender++) {
            rig.hear(Rig.direct(sender, sender, key(sender)));
            rig.run(Duration.ofSeconds(1));
        }
        assertThat(rig.radio.transmitted()).hasSizeBetween(6, 12);
        assertThat(rig.records).hasSameSizeAs(rig.radio.transmitted());
    }

    @Test
    void senderThatIsTurnedAwayIsAnsweredTheNextTime() {
        for (int sender = 1; sender <= 7; sender++) {
            rig.tables.pin(sender, sender);
        }
        rig.connect();
        rig.run(SOON);
        for (int sender = 1; sender <= 7; sender++) {
            rig.hear(Rig.direct(sender, 77, key(sender)));
            rig.run(Duration.ofSeconds(1));
        }
        assertThat(rig.radio.transmitted()).hasSize(6);
        rig.run(Duration.ofMinutes(1));
        // The sender tries the same message again, and the radio has forgotten it meanwhile.
        rig.disconnect();
        rig.radio.nodes().remove(7);
        rig.connect();
        rig.run(SOON);
        rig.hear(Rig.direct(7, 77, key(7)));
        rig.run(SOON);
        assertThat(rig.radio.transmitted())
                .hasSize(7)
                .last()
                .satisfies(sent -> assertThat(sent.packet().getTo()).isEqualTo(7));
    }

    @Test
    void unknownSenderThatIsTurnedAwayIsAskedTheNextTime() {
        rig.connect();
        rig.run(SOON);
        for (int sender = 1; sender <= 7; sender++) {
            rig.hear(Rig.direct(sender, sender, key(sender)));
            rig.run(Duration.ofSeconds(1));
        }
        rig.run(Duration.ofMinutes(1));
        rig.hear(Rig.direct(7, 8, key(7)));
        rig.run(SOON);
        assertThat(rig.radio.transmitted()).hasSize(7);
    }

    @Test
    void refusalsTakeNothingFromThoseWhoWaitForAnAnswer() {
        for (int sender = 1; sender <= 20; sender++) {
            rig.tables.put(sender, facts(sender, 1), entry(sender, KeyState.CONFLICT, key(sender)));
        }
        rig.tables.pin(50, 50);
        rig.connect();
        rig.run(SOON);
        for (int sender = 1; sender <= 20; sender++) {
            rig.hear(Rig.direct(sender, sender, key(sender)));
            rig.run(Duration.ofMillis(100));
        }
        rig.hear(Rig.direct(50, 77, key(50)));
        rig.run(SOON);
        assertThat(rig.records(KeyPushKind.REFUSED)).hasSize(6);
        assertThat(rig.radio.transmitted()).hasSize(1);
    }

    @Test
    void favoriteWithoutAKeyGetsItThoughThereIsNoRoomForOthers() {
        var full = new Rig(new KeySyncSettings(KeyPolicy.ON_DEMAND, 4), RadioLimits.MEASURED, 1);
        for (int node = 1; node <= 3; node++) {
            full.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(node).setFavorite(true).build());
        }
        full.tables.pin(1, 1);
        full.tables.pin(4, 4);
        full.connect();
        full.run(SOON);
        full.hear(Rig.direct(4, 76, key(4)));
        full.hear(Rig.direct(1, 77, key(1)));
        full.run(SOON);
        assertThat(full.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(full.radio.nodes().key(4)).isEmpty();
    }

    @Test
    void policyOffAnswersNothing() {
        var off = new Rig(KeyPolicy.OFF);
        off.tables.pin(1, 1);
        off.connect();
        off.run(SOON);
        off.hear(Rig.direct(1, 77, key(1)));
        off.sync.relay(Rig.text(1, 5), () -> {}, off.now);
        off.run(SOON);
        assertThat(off.records).isEmpty();
        assertThat(off.radio.transmitted()).singleElement().matches(sent -> !sent.keyHeld());
    }

    @Test
    void beforeOurDirectMessageGoesOutTheRadioGetsTheKey() {
        rig.tables.pin(1, 1);
        rig.connect();
        rig.run(SOON);
        var handedOver = new ArrayList<Integer>();
        assertThat(rig.sync.relay(Rig.text(1, 5), () -> handedOver.add(5), rig.now))
                .isTrue();
        assertThat(rig.sync.relay(Rig.text(0xffff_ffffL, 6), () -> handedOver.add(6), rig.now))
                .isTrue();
        rig.run(SOON);
        assertThat(handedOver).containsExactly(6, 5);
        assertThat(rig.radio.transmitted())
                .extracting(sent -> sent.packet().getId(), Transmitted::keyHeld)
                .containsExactly(tuple(6, false), tuple(5, true));
        assertThat(rig.records(KeyPushKind.PUSHED))
                .singleElement()
                .satisfies(record -> assertThat(record.getCause()).isEqualTo(KeyPushCause.MESSAGE_OUT));
    }

    @Test
    void messageGoesOutWithoutItsKeyRatherThanNever() {
        rig.tables.pin(1, 1);
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        rig.connect();
        rig.run(SOON);
        List<Integer> handedOver = new ArrayList<>();
        rig.sync.relay(Rig.text(1, 5), () -> handedOver.add(5), rig.now);
        rig.run(Duration.ofSeconds(30));
        assertThat(handedOver).containsExactly(5);
    }

    @Test
    void tooManyPacketsAreTurnedAwayAndSoAreThoseWithoutARadio() {
        assertThat(rig.sync.relay(Rig.text(1, 5), () -> {}, 0)).isFalse();
        rig.connect();
        rig.run(SOON);
        int taken = 0;
        while (rig.sync.relay(Rig.text(0xffff_ffffL, 100 + taken), () -> {}, rig.now)) {
            taken++;
        }
        assertThat(taken).isEqualTo(68);
        rig.run(Duration.ofMinutes(2));
        assertThat(rig.radio.transmitted()).hasSize(68);
        assertThat(rig.radio.traffic().overruns()).isZero();
    }
}
