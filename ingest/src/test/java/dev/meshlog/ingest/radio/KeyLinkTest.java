package dev.meshlog.ingest.radio;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.LiveSink;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.ingest.Received;
import dev.meshlog.ingest.keysync.KeyLink;
import dev.meshlog.ingest.keysync.KeySyncSettings;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.RecordPosition;
import dev.meshlog.schemas.Topic;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyPush;
import dev.meshlog.schemas.radio.KeyPushKind;
import dev.meshlog.schemas.radio.KeySource;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.LinkEventKind;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyLinkTest {
    private final List<KeyPush> records = new ArrayList<>();
    private final RadioPort port = new RadioPort("roof");

    /** Two radios one after the other have another key of node 1 than the table. */
    @Test
    void recordsCarryTheNumberOfTheRadioThatTheyAreAbout() {
        try (var keys = KeyLink.open("home", port, new OneKey(), KeySyncSettings.DEFAULT, Clock.systemUTC())) {
            port.opened(new Keeping());
            for (int radio : new int[] {0x10, 0x20}) {
                port.began(message -> {});
                say(FromRadio.newBuilder()
                        .setMyInfo(MyNodeInfo.newBuilder().setMyNodeNum(radio))
                        .build());
                say(FromRadio.newBuilder()
                        .setNodeInfo(NodeInfo.newBuilder()
                                .setNum(1)
                                .setUser(User.newBuilder().setPublicKey(key(2))))
                        .build());
                port.complete(radio);
                keys.tick();
                port.ended();
            }
        }
        assertThat(records).extracting(KeyPush::getKind).containsOnly(KeyPushKind.DIFFERS);
        assertThat(records).extracting(KeyPush::getRadio).containsExactly(0x10L, 0x20L);
    }

    /** Who hands over a packet learns later than this one that another radio is there. */
    @Test
    void packetGoesOnlyToTheRadioThatItIsFor() {
        var said = new ArrayList<ToRadio>();
        try (var keys = KeyLink.open("home", port, new OneKey(), KeySyncSettings.DEFAULT, Clock.systemUTC())) {
            port.opened(new Keeping());
            port.began(said::add);
            assertThat(keys.relay(text(0x10), () -> {})).as("before its config").isFalse();
            port.complete(0x20);
            assertThat(keys.relay(text(0x10), () -> {})).as("another radio").isFalse();
            assertThat(said).noneMatch(ToRadio::hasPacket);
            assertThat(keys.relay(text(0x20), () -> {})).isTrue();
            assertThat(said).filteredOn(ToRadio::hasPacket).hasSize(1);
            port.ended();
            assertThat(keys.relay(text(0x20), () -> {})).isFalse();
        }
    }

    private static MeshPacket text(int from) {
        return MeshPacket.newBuilder()
                .setFrom(from)
                .setTo(-1)
                .setId(5)
                .setDecoded(Data.newBuilder().setPortNum(1))
                .build();
    }

    private void say(FromRadio message) {
        port.received(message, message.toByteString());
    }

    private static ByteString key(int number) {
        byte[] key = new byte[32];
        key[31] = (byte) number;
        return ByteString.copyFrom(key);
    }

    private final class Keeping implements LiveSink {
        @Override
        public void keep(List<Received> batch) {
            // Not looked at.
        }

        @Override
        public boolean offer(List<Received> batch) {
            return true;
        }

        @Override
        public void report(
                LinkEventKind kind, @Nullable String detail, @Nullable Long ownNode, Map<String, String> facts) {
            // Not looked at.
        }

        @Override
        public <V> boolean write(Topic<String, V> topic, V value) {
            return records.add((KeyPush) value);
        }
    }

    private static final class OneKey implements MeshTables {
        private final Entry entry = new Entry(
                1,
                null,
                PublicKeyEntry.newBuilder()
                        .setNetwork("home")
                        .setNode(1)
                        .setState(KeyState.PINNED)
                        .setKey(new Bytes32(key(1).toByteArray()))
                        .setFingerprint("")
                        .setSource(KeySource.PACKET_RADIO)
                        .setFirstSeenMs(Instant.EPOCH)
                        .setLastSeenMs(Instant.EPOCH)
                        .setEvidence(new RecordPosition(Topics.FRAMES.name(), 0, 0L))
                        .build());

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public Collection<Entry> entries() {
            return List.of(entry);
        }

        @Override
        public Optional<Entry> entry(long node) {
            return node == 1 ? Optional.of(entry) : Optional.empty();
        }

        @Override
        public void onChange(LongConsumer listener) {
            // Never changes.
        }
    }
}
