package dev.meshlog.ingest.keysync;

import static dev.meshlog.ingest.keysync.MemoryTables.entry;
import static dev.meshlog.ingest.keysync.MemoryTables.facts;
import static dev.meshlog.ingest.keysync.MemoryTables.key;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.simulation.RadioLimits;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.KeyState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many keys against the limits of a radio, in virtual time. */
class RestoreSimulationTest {
    private static final RadioLimits LARGE = RadioLimits.MEASURED.withNodes(300);
    private static final KeySyncSettings ALL = new KeySyncSettings(KeyPolicy.MISSING, 300);

    @ParameterizedTest
    @ValueSource(ints = {40, 250})
    void everyMissingKeyArrivesAndNoneIsLost(int keys) {
        var rig = new Rig(ALL, LARGE, 1);
        pin(rig, keys);
        rig.connect();
        rig.run(Duration.ofMillis(60L * keys));
        assertAllArrived(rig, keys);
        assertThat(rig.radio.traffic().packets()).isEqualTo(keys);
        assertThat(rig.radio.traffic().overruns()).isZero();
        assertThat(rig.info).singleElement().asString().startsWith("the radio got " + keys + " keys in ");
        long bytes = rig.radio.traffic().bytes();
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.traffic().bytes()).isEqualTo(bytes);
        assertThat(rig.info).hasSize(1);
    }

    @Test
    void mostRecentlyHeardComeFirst() {
        var rig = new Rig(ALL, LARGE, 1);
        pin(rig, 40);
        rig.connect();
        rig.run(Duration.ofSeconds(10));
        assertThat(rig.records(KeyPushKind.PUSHED).subList(0, 3))
                .extracting(KeyPush::getNode)
                .containsExactly(40L, 39L, 38L);
    }

    @ParameterizedTest
    @CsvSource({"40, 1", "40, 2", "40, 3", "250, 4", "250, 5", "250, 6"})
    void busyMeshSlowsItDownAndLosesNothing(int keys, long seed) {
        var rig = new Rig(ALL, LARGE, seed);
        var random = new Random(seed);
        pin(rig, keys);
        rig.connect();
        for (int i = 0; i < 15 * keys; i++) {
            int burst = random.nextInt(4);
            for (int j = 0; j < burst; j++) {
                rig.hear(Rig.position(1000 + random.nextInt(20)));
            }
            rig.run(Duration.ofMillis(100));
        }
        assertAllArrived(rig, keys);
        assertThat(rig.records(KeyPushKind.FAILED)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 250})
    void rebootInTheMiddleCostsTimeAndNoKey(int keys) {
        var rig = new Rig(ALL, LARGE, 1);
        pin(rig, keys);
        rig.connect();
        rig.run(Duration.ofMillis(25L * keys));
        int before = rig.radio.nodes().favorites();
        assertThat(before).isBetween(keys / 5, keys * 4 / 5);
        rig.radio.restart(rig.now);
        rig.run(Duration.ofSeconds(20));
        assertAllArrived(rig, keys);
        assertThat(rig.radio.nodes().flashWrites()).isBetween(keys, keys + 4);
    }

    @Test
    void radioIsNeverFilledWithFavorites() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 100), LARGE.withNodes(100), 1);
        for (int node = 1001; node <= 1020; node++) {
            rig.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(node).setFavorite(true).build());
        }
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        assertThat(rig.radio.nodes().favorites()).isEqualTo(98);
        for (int node = 2000; node < 2100; node++) {
            rig.hear(Rig.nodeInfo(node, key(node)));
            rig.run(Duration.ofSeconds(1));
        }
        rig.sync.asked(RequestsTest.request(5L, true, false), rig.now);
        rig.run(Duration.ofMinutes(10));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.records(KeyPushKind.REFUSED)).isNotEmpty();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(98);
        // Those that were heard last.
        assertThat(rig.radio.nodes().key(250)).isEqualTo(key(250));
        assertThat(rig.radio.nodes().key(5)).isEmpty();
    }

    @Test
    void withoutALimitInTheConfigTheRadioIsTakenForASmallOne() {
        var rig = new Rig(KeyPolicy.MISSING);
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        assertThat(rig.radio.nodes().favorites()).isEqualTo(78);
    }

    @Test
    void whatTheRadioIsGivenIsNoSignOfRoom() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, null), LARGE.withNodes(80), 1);
        for (int node = 1001; node <= 1005; node++) {
            rig.holds(node, ByteString.EMPTY);
        }
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(78);
    }

    @Test
    void inventedNodesAreNoSignOfRoomAndAreForgotten() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, null), LARGE.withNodes(80), 1);
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        int invented = RadioKeys.MOST_UNLISTED + 500;
        for (int i = 0; i < invented; i++) {
            rig.hear(Rig.nodeInfo(5000 + i, key(i)));
            rig.run(Duration.ofSeconds(1));
        }
        rig.run(Duration.ofMinutes(10));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(78);
        assertThat(rig.note("keysKnown")).isEqualTo(78 + RadioKeys.MOST_UNLISTED);
    }

    @Test
    void nodesThatAreToldAfterTheListAreNoSignOfRoom() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, null), LARGE.withNodes(80), 1);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        for (int node = 1001; node <= 1100; node++) {
            rig.sync.received(
                    FromRadio.newBuilder()
                            .setNodeInfo(NodeInfo.newBuilder().setNum(node))
                            .build(),
                    rig.now);
        }
        pin(rig, 250);
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(78);
    }

    @Test
    void radioThatListsManyHasRoomForAsMany() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, null), LARGE.withNodes(100), 1);
        for (int node = 1001; node <= 1099; node++) {
            rig.holds(node, ByteString.EMPTY);
        }
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(98);
    }

    /** The radio evicts none of them, like favourites. */
    @Test
    void ignoredAndVerifiedNodesTakeRoomToo() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 100), LARGE.withNodes(100), 1);
        for (int node = 1001; node <= 1020; node++) {
            rig.radio
                    .nodes()
                    .put(NodeInfo.newBuilder().setNum(node).setIgnored(true).build());
            rig.radio
                    .nodes()
                    .put(NodeInfo.newBuilder()
                            .setNum(node + 20)
                            .setKeyManuallyVerified(true)
                            .build());
            rig.radio
                    .nodes()
                    .put(NodeInfo.newBuilder()
                            .setNum(node + 40)
                            .setFavorite(true)
                            .setIgnored(node % 2 == 0)
                            .setKeyManuallyVerified(true)
                            .build());
        }
        pin(rig, 250);
        rig.connect();
        rig.run(Duration.ofMinutes(1));
        for (int node = 2000; node < 2100; node++) {
            rig.hear(Rig.nodeInfo(node, key(node)));
            rig.run(Duration.ofSeconds(1));
        }
        rig.run(Duration.ofMinutes(10));
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.nodes().favorites()).isEqualTo(20 + 98 - 60);
    }

    /** Each key that is given costs a full radio another one, and it does not say which. */
    @Test
    void keysThatGaveWayAreMissedAndGivenAgain() {
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 100), LARGE.withNodes(100), 1);
        for (int node = 1; node <= 99; node++) {
            rig.holds(node, key(node));
        }
        pin(rig, 129);
        rig.connect();
        rig.run(Duration.ofHours(1));
        long held = rig.radio.nodes().all().stream()
                .filter(each -> !each.getUser().getPublicKey().isEmpty())
                .count();
        assertThat(rig.note("keysKnown")).isEqualTo((int) held);
        assertThat(rig.radio.nodes().favorites()).isEqualTo(98);
        assertThat(rig.radio.crashes()).isZero();
        assertThat(rig.radio.traffic().configRequests()).isBetween(3, 7);
        long bytes = rig.radio.traffic().bytes();
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.traffic().bytes()).isEqualTo(bytes);
    }

    /** Whatever happens on the way: in the end the radio has every key that it may have, and no other. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void whateverHappensTheRadioEndsWithTheRightKeys(long seed) {
        var random = new Random(seed);
        var rig = new Rig(new KeySyncSettings(KeyPolicy.MISSING, 120), LARGE.withNodes(120), seed);
        rig.swallowed = message -> message.getPacket().getDecoded().getRequestId() != 0 && random.nextInt(10) == 0;
        Map<Long, ByteString> foreign = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            long node = 500L + i;
            foreign.put(node, key(3000 + i));
            rig.holds(node, key(3000 + i));
            rig.radio
                    .nodes()
                    .put(rig.radio.nodes().find(node).orElseThrow().toBuilder()
                            .setFavorite(true)
                            .build());
            rig.tables.pin(node, 4000 + i);
        }
        rig.connect();
        for (int i = 0; i < 400; i++) {
            long node = 1L + random.nextInt(60);
            switch (random.nextInt(8)) {
                case 0, 1 -> rig.tables.pin(node, (int) node);
                case 2 -> rig.tables.put(node, facts(node, i), entry(node, KeyState.QUARANTINED, key((int) node)));
                case 3 -> rig.tables.remove(node);
                case 4 -> rig.hear(Rig.position(5000 + random.nextInt(500)));
                case 5 -> rig.hear(Rig.direct(node, i + 1, key((int) node)));
                case 6 -> rig.sync.relay(Rig.text(node, i + 1), () -> {}, rig.now);
                default -> {
                    if (random.nextInt(20) == 0) {
                        rig.radio.restart(rig.now);
                    }
                }
            }
            rig.run(Duration.ofMillis(random.nextInt(2000)));
        }
        for (int node = 1; node <= 60; node++) {
            rig.tables.pin(node, node);
        }
        rig.swallowed = message -> false;
        rig.sync.asked(RequestsTest.request(null, true, false), rig.now);
        rig.run(Duration.ofMinutes(15));
        assertAllArrived(rig, 60);
        foreign.forEach((node, key) -> assertThat(rig.radio.nodes().key(node))
                .as("seed %d node %d", seed, node)
                .isEqualTo(key));
        assertThat(rig.radio.crashes()).as("seed %d", seed).isZero();
        assertThat(rig.records(KeyPushKind.PUSHED))
                .allSatisfy(record -> assertThat(record.getKey()).isNotNull());
        long bytes = rig.radio.traffic().bytes();
        rig.run(Duration.ofHours(1));
        assertThat(rig.radio.traffic().bytes()).as("seed %d", seed).isEqualTo(bytes);
    }

    private static void pin(Rig rig, int keys) {
        for (int node = 1; node <= keys; node++) {
            rig.tables.pin(node, node);
        }
    }

    private static void assertAllArrived(Rig rig, int keys) {
        for (int node = 1; node <= keys; node++) {
            assertThat(rig.radio.nodes().key(node)).as("node %d", node).isEqualTo(key(node));
        }
    }
}
