package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.entry;
import static dev.meshlog.ingest.keysync.MemoryTables.facts;
import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static dev.meshlog.ingest.keysync.RequestsTest.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.ingest.simulation.RadioModel;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushCause;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which keys a radio gets, and which it does not. */
class KeySyncTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Rig rig = new Rig(KeyPolicy.MISSING);

    @Test
    @DisplayName("KS-01 LV-18 without a radio keys are pending, and go out when there is one")
    void withoutARadioKeysArePending() {
        rig.tables.pin(1, 1);
        rig.sync.tick(1);
        rig.sync.asked(request(null, false, false), 2);
        rig.sync.ended(3);
        assertThat(rig.notes).containsEntry("keys", "pending");
        assertThat(rig.records).isEmpty();
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.notes).containsEntry("keys", "in step");
        assertThat(rig.records(KeyPushKind.FINISHED)).hasSize(1);
    }

    @Test
    @DisplayName("KS-02 KS-03 tables that can't be read leave the work pending, and it is tried again")
    void unreadableTablesAreTriedAgain() {
        rig.tables.pin(1, 1);
        rig.tables.ready(false);
        rig.connect();
        rig.run(SOON);
        assertThat(rig.notes).containsEntry("keys", "pending");
        rig.tables.failures = 3;
        rig.tables.ready(true);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
    }

    @Test
    @DisplayName("KS-04 KS-05 no keys are no work and no traffic, forced or not")
    void noKeysAreNoWork() {
        rig.tables.put(1, facts(1, 1), null);
        rig.connect();
        rig.run(SOON);
        rig.sync.asked(request(null, true, false), rig.now);
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isZero();
        assertThat(rig.records).extracting(KeyPush::getKind).containsExactly(KeyPushKind.FINISHED);
        assertThat(rig.info).isEmpty();
    }

    @Test
    @DisplayName("KS-06 KS-07 an empty radio gets every key, at the start and after a reconnect")
    void emptyRadioGetsEveryKey() {
        rig.tables.pin(1, 1);
        rig.tables.pin(2, 2);
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        rig.radio.nodes().remove(1);
        rig.radio.nodes().remove(2);
        rig.radio.restart(rig.now);
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.radio.nodes().key(2)).isEqualTo(key(2));
        assertThat(rig.records(KeyPushKind.ACKNOWLEDGED)).hasSize(4);
    }

    @Test
    @DisplayName("KS-08 one of three missing is exactly one push")
    void oneMissingIsOnePush() {
        threeKeys();
        rig.holds(1, key(1));
        rig.holds(3, key(3));
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isEqualTo(1);
        assertThat(rig.radio.nodes().key(2)).isEqualTo(key(2));
        NodeInfo given = rig.radio.nodes().find(2).orElseThrow();
        assertThat(given.getUser().getId().toStringUtf8()).isEqualTo("!00000002");
        assertThat(given.getUser().getLongName().toStringUtf8()).isEqualTo("node 2");
        assertThat(given.getKeyManuallyVerified()).isFalse();
    }

    @Test
    @DisplayName("KS-09 KS-29 KS-30 keys that are equal by value are no push")
    void equalKeysAreNoPush() {
        holdsAll();
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isZero();
        assertThat(rig.records).isEmpty();
    }

    @Test
    @DisplayName("KS-10 KS-11 KS-31 nothing changed: for a day nothing is read, written or told")
    void nothingHappensForADay() {
        holdsAll();
        rig.connect();
        rig.run(SOON);
        long bytes = rig.radio.traffic().bytes();
        rig.run(Duration.ofDays(1));
        assertThat(rig.radio.traffic().bytes()).isEqualTo(bytes);
        assertThat(rig.radio.traffic().configRequests()).isEqualTo(1);
        assertThat(rig.radio.traffic().heartbeats()).isPositive();
        assertThat(rig.info).isEmpty();
        assertThat(rig.debug).hasSize(24 * 60 / 5);
    }

    @Test
    @DisplayName("KS-12 KS-13 KS-16 a key that differs in one bit is told once, and never overwritten")
    void differingKeyIsToldAndStays() {
        threeKeys();
        rig.holds(1, key(1 ^ 0x80));
        rig.connect();
        rig.run(Duration.ofHours(1));
        rig.radio.restart(rig.now);
        rig.run(Duration.ofMinutes(1));
        rig.sync.asked(request(null, true, false), rig.now);
        rig.run(Duration.ofMinutes(1));
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1 ^ 0x80));
        assertThat(rig.records(KeyPushKind.DIFFERS))
                .extracting(KeyPush::getNode)
                .containsExactly(1L);
        assertThat(rig.radio.nodes().key(2)).isEqualTo(key(2));
    }

    @Test
    @DisplayName("KS-13 once the operator has accepted another key, the radio gets it, in one push")
    void acceptedKeyReplacesTheFormerOne() {
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.CONFLICT, key(1)));
        rig.holds(1, key(1));
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isZero();
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.PINNED, key(2), key(1)));
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(2));
        assertThat(rig.radio.traffic().packets()).isEqualTo(1);
    }

    @Test
    void keyThatTheOwnerOfTheRadioVerifiedStays() {
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.PINNED, key(2), key(1)));
        rig.radio
                .nodes()
                .put(NodeInfo.newBuilder()
                        .setNum(1)
                        .setKeyManuallyVerified(true)
                        .setUser(User.newBuilder().setPublicKey(key(1)))
                        .build());
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.traffic().packets()).isZero();
        assertThat(rig.records(KeyPushKind.DIFFERS)).hasSize(1);
    }

    @Test
    @DisplayName("KS-14 another radio behind the same address has its own state")
    void anotherRadioHasItsOwnState() {
        threeKeys();
        rig.connect();
        rig.run(SOON);
        rig.disconnect();
        rig.radio = new RadioModel(Rig.OWN, RadioLimits.MEASURED);
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().favorites()).isEqualTo(3);
    }

    @Test
    void nodeThatIsGoneFromTheTablesIsNoDifferenceAnyMore() {
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        rig.tables.pin(1, 1);
        rig.connect();
        rig.run(SOON);
        rig.tables.vanish(1);
        rig.run(Duration.ofMinutes(6));
        assertThat(rig.notes).containsEntry("keys", "in step").containsEntry("keysWanted", "0");
    }

    @Test
    @DisplayName(
            "KS-17 KS-18 KS-19 a node of which only the key is known is one contact, and counted when the radio has it")
    void nodeWithoutFactsIsOneContact() {
        rig.tables.put(1, null, entry(1, KeyState.PINNED, key(1)));
        rig.radio.nodes().put(NodeInfo.newBuilder().setNum(1).build());
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().all()).hasSize(2);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.note("keysAcknowledged")).isEqualTo(1);
        rig.run(Duration.ofMinutes(20));
        assertThat(rig.note("keysPushed")).isEqualTo(1);
    }

    @Test
    @DisplayName("KS-20 an empty key, a conflict, a quarantined key and the radio's own are never pushed")
    void keysThatMustNotGoOutStayHere() {
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.PINNED, ByteString.copyFrom(new byte[32])));
        rig.tables.put(2, facts(2, 1), entry(2, KeyState.CONFLICT, key(2)));
        rig.tables.put(3, facts(3, 1), entry(3, KeyState.QUARANTINED, key(3)));
        rig.tables.put(4, facts(4, 1), entry(4, KeyState.UNKNOWN, key(4)));
        rig.tables.put(Rig.OWN, facts(Rig.OWN, 1), entry(Rig.OWN, KeyState.PINNED, key(5)));
        rig.tables.put(0, null, entry(0, KeyState.PINNED, key(6)));
        rig.tables.put(0xffff_ffffL, null, entry(0xffff_ffffL, KeyState.PINNED, key(7)));
        rig.connect();
        rig.run(SOON);
        for (long node : new long[] {1, 2, 3, 4, Rig.OWN, 9}) {
            rig.sync.asked(request(node, false, false), rig.now);
            rig.run(SOON);
        }
        assertThat(rig.radio.traffic().packets()).isZero();
        assertThat(rig.records(KeyPushKind.REFUSED))
                .extracting(KeyPush::getDetail)
                .containsExactly(
                        "its key is empty or short",
                        "its key is in state CONFLICT",
                        "its key is in state QUARANTINED",
                        "its key is in state UNKNOWN",
                        "it is the radio itself",
                        "no key of it is known");
        assertThat(rig.records(KeyPushKind.FINISHED)).hasSize(6);
    }

    @Test
    @DisplayName("KS-21 KS-22 one bad record does not stop the others")
    void badRecordDoesNotStopTheOthers() {
        threeKeys();
        rig.tables.put(2, facts(2, 1), new PublicKeyEntry());
        rig.connect();
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(1));
        assertThat(rig.radio.nodes().key(3)).isEqualTo(key(3));
        assertThat(rig.radio.nodes().key(2)).isEmpty();
    }

    @Test
    @DisplayName("KS-28 what changes during a sync is not lost")
    void changesDuringASyncAreNotLost() {
        for (int node = 1; node <= 40; node++) {
            rig.tables.pin(node, node);
        }
        rig.connect();
        for (int node = 41; node <= 60; node++) {
            rig.run(Duration.ofMillis(60));
            rig.tables.pin(node, node);
            rig.tables.put(
                    node - 20, facts(node, node), entry(node - 20, KeyState.PINNED, key(node + 500), key(node - 20)));
        }
        rig.run(SOON);
        for (int node = 1; node <= 60; node++) {
            assertThat(rig.radio.nodes().key(node)).isEqualTo(key(node > 20 && node <= 40 ? node + 520 : node));
        }
    }

    @Test
    @DisplayName("KS-31 a round of pushes is one line, and the next one another")
    void roundIsOneLine() {
        threeKeys();
        rig.connect();
        rig.run(SOON);
        rig.tables.pin(4, 4);
        rig.run(Duration.ofHours(1));
        assertThat(rig.info).hasSize(2);
        assertThat(rig.info.get(0)).matches("the radio got 3 keys in 0\\.\\d s");
    }

    @Test
    @DisplayName("KS-32 wanted, known, pushed, acknowledged and failed are counted apart")
    void countersAreKeptApart() {
        threeKeys();
        rig.holds(9, key(9));
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        rig.connect();
        rig.run(Duration.ofMinutes(2));
        assertThat(rig.note("keysWanted")).isEqualTo(3);
        assertThat(rig.note("keysKnown")).isEqualTo(1);
        assertThat(rig.note("keysPushed")).isEqualTo(15);
        assertThat(rig.note("keysAcknowledged")).isZero();
        assertThat(rig.note("keysFailed")).isEqualTo(3);
        rig.swallowed = message -> false;
        rig.run(Duration.ofMinutes(5));
        assertThat(rig.note("keysAcknowledged")).isEqualTo(3);
        assertThat(rig.records(KeyPushKind.ACKNOWLEDGED))
                .allSatisfy(each -> assertThat(each.getCause()).isEqualTo(KeyPushCause.SAFETY_NET));
    }

    @Test
    void favoritesGetTheirKeysThoughThereIsNoRoomForOthers() {
        var full = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 5), RadioLimits.MEASURED, 1);
        for (int node = 1; node <= 20; node++) {
            full.tables.pin(node, node);
        }
        for (int node = 1; node <= 3; node++) {
            full.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(node).setFavorite(true).build());
        }
        full.connect();
        full.run(SOON);
        for (int node = 1; node <= 3; node++) {
            assertThat(full.radio.nodes().key(node)).isEqualTo(key(node));
        }
        assertThat(full.radio.nodes().favorites()).isEqualTo(3);
        assertThat(full.records(KeyPushKind.REFUSED)).hasSize(1);
    }

    @Test
    void differenceThatCouldNotBeKeptIsToldLater() {
        rig.holds(1, key(2));
        rig.tables.pin(1, 1);
        rig.diskFull = true;
        rig.connect();
        rig.run(SOON);
        rig.diskFull = false;
        rig.tables.put(1, facts(1, 2), entry(1, KeyState.PINNED, key(1)));
        rig.tables.put(1, facts(1, 3), entry(1, KeyState.PINNED, key(1)));
        assertThat(rig.records(KeyPushKind.DIFFERS)).hasSize(1);
    }

    @Test
    void failedKeyIsNotTriedAtEveryPacketOfItsNode() {
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        rig.tables.pin(1, 1);
        rig.connect();
        for (int packet = 1; packet <= 100; packet++) {
            rig.tables.put(1, facts(1, packet), entry(1, KeyState.PINNED, key(1)));
            rig.run(Duration.ofSeconds(36));
        }
        assertThat(rig.records(KeyPushKind.FAILED)).hasSizeBetween(11, 13);
        assertThat(rig.note("keysPushed")).isBetween(55, 65);
    }

    @Test
    void failedKeyIsTriedAtOnceWhenTheTableHasAnother() {
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0;
        rig.tables.pin(1, 1);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        assertThat(rig.records(KeyPushKind.FAILED)).hasSize(1);
        rig.swallowed = message -> false;
        rig.tables.put(1, facts(1, 1), entry(1, KeyState.PINNED, key(2), key(1)));
        rig.run(SOON);
        assertThat(rig.radio.nodes().key(1)).isEqualTo(key(2));
    }

    @Test
    @DisplayName("RC-01 RC-02 RC-03 RC-04 what is under way ends with its session, and the next one begins anew")
    void lostSessionCancelsItsPushes() {
        for (int node = 1; node <= 40; node++) {
            rig.tables.pin(node, node);
        }
        rig.connect();
        rig.run(Duration.ofMillis(900));
        rig.radio.restart(rig.now);
        rig.run(Duration.ofMillis(500));
        assertThat(rig.records(KeyPushKind.CANCELLED)).hasSizeBetween(20, 40);
        assertThat(rig.notes).containsEntry("keys", "pending");
        rig.run(SOON);
        assertThat(rig.radio.nodes().favorites()).isEqualTo(40);
        assertThat(rig.info).hasSize(2);
    }

    @Test
    @DisplayName("RC-05 the first key goes out as soon as the radio has told what it has")
    void firstKeyWaitsForNothing() {
        threeKeys();
        rig.connect();
        rig.run(Duration.ofMillis(300));
        assertThat(rig.radio.nodes().favorites()).isEqualTo(3);
    }

    @Test
    @DisplayName("KY-06 known is what the radio said, and nothing that only we know")
    void knownIsWhatTheRadioSaid() {
        var off = new Rig(KeyPolicy.OFF);
        off.tables.pin(1, 1);
        off.tables.pin(2, 2);
        off.holds(2, key(2));
        off.connect();
        off.run(SOON);
        assertThat(off.note("keysKnown")).isEqualTo(1);
        off.hear(Rig.nodeInfo(3, key(3)));
        off.run(SOON);
        assertThat(off.note("keysKnown")).isEqualTo(2);
        assertThat(off.radio.traffic().packets()).isZero();
    }

    @Test
    void longNamesAreCutToWhatTheFirmwareReads() {
        RadioNode node = RadioNode.newBuilder(facts(1, 1))
                .setLongName("ä".repeat(30))
                .setShortName("🌍🌍")
                .build();
        rig.tables.put(1, node, entry(1, KeyState.VERIFIED, key(1)));
        rig.connect();
        rig.run(SOON);
        NodeInfo given = rig.radio.nodes().find(1).orElseThrow();
        assertThat(given.getUser().getLongName().toStringUtf8()).isEqualTo("ä".repeat(19));
        assertThat(given.getUser().getShortName().toStringUtf8()).isEqualTo("🌍");
        assertThat(given.getKeyManuallyVerified()).isTrue();
    }

    private void threeKeys() {
        for (int node = 1; node <= 3; node++) {
            rig.tables.pin(node, node);
        }
    }

    private void holdsAll() {
        threeKeys();
        for (int node = 1; node <= 3; node++) {
            rig.holds(node, key(node));
        }
    }
}
