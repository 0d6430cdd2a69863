package dev.meshlog.infra.node;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Cluster;
import dev.meshlog.schemas.Topics;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioPacket;
import dev.meshlog.streams.query.Follower;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Packets of whole networks as they come into {@code radio.packets}, from now on, in the form in which a radio tells them to its clients. What
 * was read with an operator's private key is not among them: nobody but the operator is meant to read it.
 */
final class HeardPackets implements AutoCloseable {
    private static final Set<PacketEncryption> SHOWN = Set.of(PacketEncryption.NONE, PacketEncryption.CHANNEL);
    private static final int ADMIN_PORT = 6;

    private final BiConsumer<String, MeshPacket> listener;
    private final Follower follower;

    /** @param listener hears each packet with its network, and must not wait */
    HeardPackets(Cluster cluster, BiConsumer<String, MeshPacket> listener) {
        this.listener = listener;
        this.follower =
                Follower.fromEnd(cluster, List.of(Topics.PACKETS), "packets", "meshlog-heard-packets", this::take);
    }

    void start() {
        follower.start();
    }

    private void take(ConsumerRecord<String, byte[]> rec) {
        RadioPacket packet = Topics.PACKETS.values().deserializer().deserialize(rec.topic(), rec.value());
        asHeard(packet).ifPresent(heard -> listener.accept(packet.getNetwork(), heard));
    }

    /** Empty: it is not shown. */
    static Optional<MeshPacket> asHeard(RadioPacket packet) {
        Integer port = packet.getPortNum();
        if (!SHOWN.contains(packet.getEncryption()) || packet.getData() == null || port == null || port == ADMIN_PORT) {
            return Optional.empty();
        }
        var heard = MeshPacket.newBuilder()
                .setFrom((int) packet.getFrom())
                .setTo((int) packet.getTo())
                .setId((int) packet.getId())
                .setChannel(packet.getEncryption() == PacketEncryption.NONE ? (int) packet.getChannel() : 0)
                .setRxTime((int) rxTime(packet))
                .setWantAck(packet.getWantAck())
                .setViaMqtt(packet.getViaMqtt());
        if (packet.getHopLimit() != null) {
            heard.setHopLimit(packet.getHopLimit());
        }
        if (packet.getHopStart() != null) {
            heard.setHopStart(packet.getHopStart());
        }
        if (packet.getReception().getSnr() != null) {
            heard.setRxSnr(packet.getReception().getSnr());
        }
        if (packet.getReception().getRssi() != null) {
            heard.setRxRssi(packet.getReception().getRssi());
        }
        try {
            return Optional.of(heard.setDecoded(Data.parseFrom(Buffers.array(packet.getData())))
                    .build());
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    private static long rxTime(RadioPacket packet) {
        Long told = packet.getRxTime();
        return told == null || told == 0
                ? packet.getReception().getReceivedAtMs().getEpochSecond()
                : told;
    }

    @Override
    public void close() {
        follower.close();
    }
}
