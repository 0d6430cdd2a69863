package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.meshtastic.FromRadio;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a device answers to {@code want_config_id}, message by message as they are asked for: what the tables learn meanwhile is in it.
 * Apps ask in two parts, 69420 for everything but the other nodes and 69421 for the nodes alone.
 */
final class ConfigAnswer {
    static final int ONLY_CONFIG = 69_420;
    static final int ONLY_NODES = 69_421;

    private ConfigAnswer() {}

    static Iterator<ByteString> to(int nonce, DeviceImage device, NodeList nodes) {
        int[] others = nodes.others();
        boolean config = nonce != ONLY_NODES;
        Stream<FromRadio> own = config ? Stream.of(own(device, others.length + 1)) : Stream.empty();
        Stream<FromRadio> rest = nonce == ONLY_CONFIG
                ? Stream.empty()
                : Arrays.stream(others)
                        .mapToObj(nodes::of)
                        .flatMap(Optional::stream)
                        .map(ConfigAnswer::message);
        FromRadio end = FromRadio.newBuilder().setConfigCompleteId(nonce).build();
        return Stream.of(
                        own,
                        when(config, device.screen()),
                        Stream.of(nodes).map(NodeList::own).map(ConfigAnswer::message),
                        when(config, device.settings()),
                        rest,
                        when(config, device.files()),
                        Stream.of(end))
                // Unlike flatMap, it does not make a whole part to give its first message.
                .reduce(Stream.empty(), Stream::concat)
                .map(FromRadio::toByteString)
                .iterator();
    }

    static FromRadio message(NodeInfo node) {
        return FromRadio.newBuilder().setNodeInfo(node).build();
    }

    private static FromRadio own(DeviceImage device, int nodes) {
        return FromRadio.newBuilder()
                .setMyInfo(device.own().toBuilder().setNodedbCount(Math.min(nodes, 0xffff)))
                .build();
    }

    private static Stream<FromRadio> when(boolean wanted, Collection<FromRadio> messages) {
        return wanted ? messages.stream() : Stream.empty();
    }
}
