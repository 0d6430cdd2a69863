package dev.meshlog.ingest.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.Heartbeat;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.ToRadio;
import dev.meshlog.schemas.meshtastic.User;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The limits that were measured on real firmware, and the rules of its node list. */
class RadioModelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long OWN = 0x4000;

    private final RadioModel radio = new RadioModel(OWN, RadioLimits.MEASURED);

    @Test
    void fourUnderWayAreAllStoredInTwoSeconds() {
        var client = connected(radio);
        client.give(40, 4);
        assertThat(radio.nodes().favorites()).isEqualTo(40);
        assertThat(radio.nodes().flashWrites()).isEqualTo(40);
        assertThat(client.now).isBetween(2 * SECOND, 22 * SECOND / 10);
    }

    @Test
    void oneTooManyUnderWayIsLostAndEightLoseMore() {
        assertThat(lost(40, 5)).isEqualTo(1);
        assertThat(lost(40, 8)).isBetween(4, 8);
        assertThat(lost(40, 16)).isEqualTo(12);
    }

    @Test
    void burstOfSixtyStoresFour() {
        assertThat(lost(60, 60)).isEqualTo(56);
    }

    @Test
    void packetsFromTheAirTakeThePlaceOfTheClients() {
        var client = connected(radio);
        for (int i = 0; i < 4; i++) {
            radio.receive(NaiveClient.contact(OWN, 0x200 + i, 900 + i, NaiveClient.key(1)), 1);
        }
        for (int i = 0; i < 3; i++) {
            radio.hear(nodeInfo(0x300 + i, NaiveClient.key(2)), 1);
        }
        assertThat(acknowledged(radio.run(client.now + SECOND))).containsExactly(903);
        assertThat(radio.traffic().overruns()).isEqualTo(3);
    }

    @Test
    void packetWithAnIdThatIsKnownIsNeverAnswered() {
        connected(radio);
        radio.receive(NaiveClient.contact(OWN, 0x200, 9, NaiveClient.key(1)), 1);
        assertThat(acknowledged(radio.run(SECOND))).containsExactly(9);
        radio.receive(NaiveClient.contact(OWN, 0x201, 9, NaiveClient.key(1)), SECOND);
        assertThat(radio.run(2 * SECOND)).isEmpty();
        assertThat(radio.nodes().key(0x201)).isEmpty();
    }

    @Test
    void ofManyStatusesAtOnceTheLastTwoAreHeard() {
        connected(radio);
        for (int id = 1; id <= 5; id++) {
            radio.receive(
                    ToRadio.newBuilder()
                            .setPacket(MeshPacket.newBuilder().setTo(-1).setId(id))
                            .build(),
                    1);
        }
        assertThat(radio.run(SECOND).stream()
                        .map(said -> said.message().getQueueStatus().getMeshPacketId()))
                .containsExactly(4, 5);
        assertThat(radio.transmitted()).hasSize(5);
    }

    @Test
    void fromTheAirTheFirstKeyWinsAndFromTheClientTheLast() {
        connected(radio);
        radio.hear(nodeInfo(7, NaiveClient.key(1)), 1);
        radio.hear(nodeInfo(7, NaiveClient.key(2)), 1);
        radio.run(SECOND);
        assertThat(radio.nodes().key(7)).isEqualTo(NaiveClient.key(1));
        radio.receive(NaiveClient.contact(OWN, 7, 1, NaiveClient.key(2)), SECOND);
        radio.run(2 * SECOND);
        assertThat(radio.nodes().key(7)).isEqualTo(NaiveClient.key(2));
        radio.receive(NaiveClient.contact(OWN, 7, 2, ByteString.EMPTY), 2 * SECOND);
        radio.run(3 * SECOND);
        assertThat(radio.nodes().key(7)).isEmpty();
    }

    @Test
    void keyThatTheOwnerVerifiedIsNotOverwritten() {
        connected(radio);
        radio.nodes()
                .put(NodeInfo.newBuilder()
                        .setNum(7)
                        .setKeyManuallyVerified(true)
                        .setUser(User.newBuilder().setPublicKey(NaiveClient.key(1)))
                        .build());
        radio.receive(NaiveClient.contact(OWN, 7, 1, NaiveClient.key(2)), 1);
        assertThat(acknowledged(radio.run(SECOND))).containsExactly(1);
        assertThat(radio.nodes().key(7)).isEqualTo(NaiveClient.key(1));
    }

    @Test
    void oldestThatIsNoFavoriteGivesWayAndAListOfFavoritesCrashes() {
        var small = new RadioModel(OWN, RadioLimits.MEASURED.withNodes(4));
        var client = connected(small);
        small.nodes().put(NodeInfo.newBuilder().setNum(1).setLastHeard(100).build());
        small.nodes().put(NodeInfo.newBuilder().setNum(2).setLastHeard(50).build());
        client.give(2, 2);
        assertThat(small.nodes().all()).extracting(NodeInfo::getNum).containsExactly((int) OWN, 1, 0x101, 0x102);
        assertThat(small.nodes().evictions()).isEqualTo(1);
        small.receive(NaiveClient.contact(OWN, 0x200, 50, NaiveClient.key(1)), client.now);
        small.receive(NaiveClient.contact(OWN, 0x201, 51, NaiveClient.key(1)), client.now);
        small.run(client.now + SECOND);
        assertThat(small.crashes()).isEqualTo(1);
        assertThat(small.isConnected()).isFalse();
        long back = client.now + 10 * SECOND;
        assertThat(small.connect(back)).isTrue();
        small.hear(nodeInfo(0x202, NaiveClient.key(2)), back);
        small.run(back + SECOND);
        assertThat(small.crashes()).isEqualTo(2);
    }

    @Test
    void configIsAskedForInParts() {
        connected(radio);
        radio.nodes().put(NodeInfo.newBuilder().setNum(7).build());
        assertThat(config(69_420))
                .noneMatch(said -> said.getNodeInfo().getNum() == 7)
                .anyMatch(FromRadio::hasConfig);
        assertThat(config(69_421))
                .anyMatch(said -> said.getNodeInfo().getNum() == 7)
                .noneMatch(FromRadio::hasConfig);
        assertThat(config(5)).anyMatch(FromRadio::hasNodeInfo).anyMatch(FromRadio::hasConfig);
    }

    @Test
    void restartKeepsTheListAndLosesTheClient() {
        var client = connected(radio);
        client.give(3, 3);
        radio.receive(NaiveClient.contact(OWN, 0x200, 50, NaiveClient.key(1)), client.now + 1);
        radio.restart(client.now + 2);
        assertThat(radio.isConnected()).isFalse();
        assertThat(radio.connect(client.now + SECOND)).isFalse();
        assertThat(radio.connect(client.now + 5 * SECOND)).isTrue();
        assertThat(radio.nodes().favorites()).isEqualTo(3);
    }

    @Test
    void heartbeatsAreAnsweredAndCountedApart() {
        connected(radio);
        radio.receive(
                ToRadio.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build(),
                1);
        assertThat(radio.run(SECOND))
                .singleElement()
                .matches(said -> said.message().hasQueueStatus());
        assertThat(radio.traffic().heartbeats()).isEqualTo(1);
        assertThat(radio.traffic().bytes()).isZero();
    }

    @Test
    void directMessageIsReadOnlyWithItsSendersKey() {
        connected(radio);
        MeshPacket direct = MeshPacket.newBuilder()
                .setFrom(7)
                .setTo((int) OWN)
                .setId(3)
                .setPkiEncrypted(true)
                .setPublicKey(NaiveClient.key(1))
                .setDecoded(Data.newBuilder().setPortNum(1).setPayload(ByteString.copyFromUtf8("hello")))
                .build();
        radio.hear(direct, 1);
        assertThat(radio.run(SECOND))
                .singleElement()
                .matches(said -> said.message().getPacket().hasEncrypted());
        radio.hear(nodeInfo(7, NaiveClient.key(1)), SECOND);
        radio.hear(direct, SECOND);
        assertThat(radio.run(2 * SECOND))
                .last()
                .matches(said -> said.message()
                        .getPacket()
                        .getDecoded()
                        .getPayload()
                        .toStringUtf8()
                        .equals("hello"));
    }

    private List<FromRadio> config(int nonce) {
        radio.receive(ToRadio.newBuilder().setWantConfigId(nonce).build(), SECOND);
        return radio.run(2 * SECOND).stream().map(RadioModel.Said::message).toList();
    }

    private static int lost(int contacts, int outstanding) {
        var radio = new RadioModel(OWN, RadioLimits.MEASURED);
        connected(radio).give(contacts, outstanding);
        return contacts - radio.nodes().favorites();
    }

    private static NaiveClient connected(RadioModel radio) {
        assertThat(radio.connect(0)).isTrue();
        return new NaiveClient(radio);
    }

    private static List<Integer> acknowledged(List<RadioModel.Said> all) {
        return all.stream()
                .map(said -> said.message().getPacket().getDecoded().getRequestId())
                .filter(id -> id != 0)
                .toList();
    }

    private static MeshPacket nodeInfo(int from, ByteString key) {
        return MeshPacket.newBuilder()
                .setFrom(from)
                .setTo(-1)
                .setRxTime(1_790_000_000)
                .setDecoded(Data.newBuilder()
                        .setPortNum(4)
                        .setPayload(User.newBuilder().setPublicKey(key).build().toByteString()))
                .build();
    }
}
