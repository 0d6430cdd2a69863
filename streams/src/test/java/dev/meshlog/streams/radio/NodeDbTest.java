package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Position;
import dev.meshlog.schemas.radio.ConflictingKey;
import dev.meshlog.schemas.radio.KeyState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A radio's list of nodes, and one that was imported, on their way into the tables. */
class NodeDbTest {
    private static final int NODE = 0x1234abcd;
    private static final ByteString KEY = RadioFixture.publicKey(1);
    private static final ByteString OTHER_KEY = RadioFixture.publicKey(2);
    private static final String RADIO = "radio";

    @TempDir
    private Path directory;

    private RadioFixture mesh;

    @BeforeEach
    void open() {
        mesh = new RadioFixture(directory);
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    @DisplayName("DB-03 DB-07 a listed node without names and model has its position in the table")
    void listedPositionIsInTheTable() {
        Position here = Position.newBuilder()
                .setLatitudeI(485_000_000)
                .setLongitudeI(92_000_000)
                .build();
        mesh.nodeDb(RADIO, NodeInfo.newBuilder().setNum(NODE).setPosition(here).build());
        mesh.nodeDb(
                RADIO,
                NodeInfo.newBuilder()
                        .setNum(NODE)
                        .setPosition(here.toBuilder().setLatitudeI(490_000_000))
                        .build());
        assertThat(Objects.requireNonNull(mesh.node(NODE).getPosition()).getLatitudeI())
                .isEqualTo(490_000_000);
        assertThat(mesh.node(NODE).getHardwareModel()).isNull();
        assertThat(mesh.node(NODE).getLongName()).isNull();
    }

    @Test
    @DisplayName("DB-10 LV-05 a list that says the same again is no record, no event and no alert")
    void sameListAgainIsQuiet() {
        List<NodeInfo> list = list();
        list.forEach(info -> mesh.nodeDb(RADIO, info));
        int records = mesh.nodeRecords.size();
        int events = mesh.keyEvents.size();
        int alerts = mesh.alerts.size();
        assertThat(records).isEqualTo(list.size());
        assertThat(events).isPositive();
        list.forEach(info -> mesh.nodeDb(RADIO, info));
        assertThat(mesh.nodeRecords).hasSize(records);
        assertThat(mesh.keyEvents).hasSize(events);
        assertThat(mesh.alerts).hasSize(alerts);
    }

    @Test
    @DisplayName("KS-25 two entries of one node with different keys are one entry, in conflict")
    void twoEntriesOfOneNodeAreOneInConflict() {
        mesh.imported(info(NODE, KEY));
        mesh.imported(info(NODE, OTHER_KEY));
        assertThat(mesh.keys).containsOnlyKeys(RadioFixture.key(NODE));
        assertThat(mesh.entry(NODE).getState()).isEqualTo(KeyState.CONFLICT);
        assertThat(mesh.entry(NODE).getKey().bytes()).isEqualTo(KEY.toByteArray());
        assertThat(mesh.entry(NODE).getConflicts())
                .extracting(ConflictingKey::getKey)
                .extracting(key -> ByteString.copyFrom(key.bytes()))
                .containsExactly(OTHER_KEY);
    }

    /** One writer takes them one after the other, however they come. */
    @Test
    @DisplayName("KS-28 DB-09 a list that is read or imported while packets come loses nothing of either")
    void listBetweenPacketsLosesNothing() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        var sources = List.of(
                list().stream()
                        .<Runnable>map(info -> () -> mesh.nodeDb(RADIO, info))
                        .iterator(),
                list().stream().<Runnable>map(info -> () -> mesh.imported(info)).iterator(),
                packets().iterator());
        while (sources.stream().anyMatch(Iterator::hasNext)) {
            var source = sources.get(random.nextInt(sources.size()));
            if (source.hasNext()) {
                source.next().run();
            }
        }
        assertThat(mesh.nodes).as("seed %d", seed).hasSize(300);
        assertThat(mesh.keys).as("seed %d", seed).hasSize(300);
        for (int node = 1; node <= 300; node++) {
            assertThat(mesh.entry(node).getState()).as("seed %d", seed).isEqualTo(KeyState.PINNED);
            assertThat(mesh.entry(node).getKey().bytes())
                    .as("seed %d", seed)
                    .isEqualTo(key(node).toByteArray());
        }
        assertThat(mesh.keyEvents).as("seed %d", seed).hasSize(300);
        assertThat(mesh.counters(RADIO)).containsEntry("frames", 400L);
        assertThat(mesh.counters("import")).containsEntry("frames", 200L);
    }

    /** Nodes 1 to 200. */
    private static List<NodeInfo> list() {
        var list = new ArrayList<NodeInfo>();
        for (int node = 1; node <= 200; node++) {
            list.add(info(node, key(node)).toBuilder()
                    .setLastHeard(1_780_000_000)
                    .build());
        }
        return list;
    }

    /** Of nodes 101 to 300. */
    private List<Runnable> packets() {
        var packets = new ArrayList<Runnable>();
        for (int number = 101; number <= 300; number++) {
            int node = number;
            packets.add(() -> mesh.nodeInfo(RADIO, node, RadioFixture.user(key(node))));
        }
        return packets;
    }

    private static NodeInfo info(int node, ByteString key) {
        return NodeInfo.newBuilder()
                .setNum(node)
                .setUser(RadioFixture.user(key))
                .build();
    }

    private static ByteString key(int node) {
        byte[] key = new byte[32];
        key[0] = (byte) node;
        key[1] = (byte) (node >> 8);
        key[31] = 1;
        return ByteString.copyFrom(key);
    }
}
