package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.FromRadio.PayloadVariantCase;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.Routing;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** A virtual node's switchboard without sockets, a radio's link that takes everything, and a clock that a test moves. */
final class SwitchboardRig {
    static final String CONFIG = "firmware-2.7.26-config.frames";
    static final int OWN = (int) 3437096450L;
    static final int SIM = 1879048193;
    static final int TEXT = 1;
    static final int REMOTE_HARDWARE = 2;
    static final int NODEINFO = 4;
    static final int ROUTING = 5;
    static final int ADMIN = 6;

    final FixedTables tables = new FixedTables();
    final FakeUplink uplink = new FakeUplink();
    long now;

    Switchboard board(VirtualNodeSettings settings) {
        var board = unheard(settings);
        play(board, Recorded.config(CONFIG));
        return board;
    }

    /** Of a radio that has not told its config yet. */
    Switchboard unheard(VirtualNodeSettings settings) {
        return new Switchboard(settings, tables, relays(), Instant::now, new Random(1));
    }

    Relays relays() {
        return new Relays("home", uplink, Duration.ofMinutes(1), Instant::now);
    }

    static VirtualNodeSettings allowing(boolean admin, boolean secrets) {
        return VirtualNodeSettings.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), List.of(), admin, secrets, 60, 10);
    }

    static void play(Switchboard board, List<FromRadio> said) {
        board.radioBegan();
        said.forEach(message -> board.radioSaid(message, message.toByteString()));
        board.radioComplete();
    }

    ClientSession configured(Switchboard board, int nonce) {
        var client = board.connected("client-" + nonce, now);
        board.said(client, want(nonce), now);
        return client;
    }

    void later(Switchboard board, Duration time) {
        now += time.toNanos();
        board.tick(now);
    }

    List<FromRadio> told(ClientSession client) {
        var told = new ArrayList<FromRadio>();
        for (ByteString each = client.next(now); each != null; each = client.next(now)) {
            told.add(Recorded.parsed(each));
        }
        return told;
    }

    static void hear(Switchboard board, MeshPacket packet) {
        FromRadio message = FromRadio.newBuilder().setPacket(packet).build();
        board.radioSaid(message, message.toByteString());
    }

    static MeshPacket own(int port, int request) {
        return MeshPacket.newBuilder()
                .setFrom(OWN)
                .setTo(OWN)
                .setDecoded(Data.newBuilder().setPortNum(port).setRequestId(request))
                .build();
    }

    static ToRadio want(int nonce) {
        return ToRadio.newBuilder().setWantConfigId(nonce).build();
    }

    static ToRadio packet(MeshPacket.Builder packet) {
        return ToRadio.newBuilder().setPacket(packet).build();
    }

    static MeshPacket.Builder text(String text) {
        return MeshPacket.newBuilder()
                .setDecoded(Data.newBuilder().setPortNum(TEXT).setPayload(ByteString.copyFromUtf8(text)));
    }

    static MeshPacket.Builder admin(AdminMessage message) {
        return MeshPacket.newBuilder()
                .setTo(OWN)
                .setDecoded(Data.newBuilder().setPortNum(ADMIN).setPayload(message.toByteString()));
    }

    /** A request with a number in a field that the schema here does not name. */
    static AdminMessage unknownField(int number) {
        return AdminMessage.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                number,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build())
                .build();
    }

    /** Of the one packet that was told. */
    static int error(List<FromRadio> told, int request) {
        List<FromRadio> packets = told.stream().filter(FromRadio::hasPacket).toList();
        assertThat(packets).hasSize(1);
        Data answer = packets.get(0).getPacket().getDecoded();
        assertThat(answer.getPortNum()).isEqualTo(ROUTING);
        assertThat(answer.getRequestId()).isEqualTo(request);
        try {
            return Routing.parseFrom(answer.getPayload()).getErrorReason();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static NodeInfo node(List<FromRadio> told, int number) {
        return told.stream()
                .filter(each -> each.getNodeInfo().getNum() == number)
                .findFirst()
                .orElseThrow()
                .getNodeInfo();
    }

    static List<PayloadVariantCase> kinds(List<FromRadio> told) {
        return told.stream().map(FromRadio::getPayloadVariantCase).toList();
    }

    static <T> T last(List<T> list) {
        return list.get(list.size() - 1);
    }

    static boolean contains(FromRadio message, ByteString secret) {
        return HexFormat.of()
                .formatHex(message.toByteArray())
                .contains(HexFormat.of().formatHex(secret.toByteArray()));
    }

    static byte[] bytes(int seed) {
        byte[] bytes = new byte[32];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
