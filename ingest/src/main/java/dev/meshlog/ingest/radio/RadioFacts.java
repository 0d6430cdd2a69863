package dev.meshlog.ingest.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.DeviceMetadata;
import dev.meshlog.schemas.meshtastic.MyNodeInfo;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a radio says of itself while it sends its config. */
final class RadioFacts {
    private @Nullable MyNodeInfo own;
    private @Nullable DeviceMetadata device;

    void learn(MyNodeInfo said) {
        own = said;
    }

    void learn(DeviceMetadata said) {
        device = said;
    }

    boolean isKnown() {
        return own != null;
    }

    @Nullable Long node() {
        return own == null ? null : NodeNumber.of(own.getMyNodeNum());
    }

    /** Tells this radio from every other one. */
    String identity() {
        return own == null ? "" : NodeNumber.text(NodeNumber.of(own.getMyNodeNum())) + " " + hex(own.getDeviceId());
    }

    /** How often it has started. */
    long reboots() {
        return own == null ? 0 : Integer.toUnsignedLong(own.getRebootCount());
    }

    Map<String, String> asMap() {
        var facts = new TreeMap<String, String>();
        if (own != null) {
            facts.put("node", NodeNumber.text(NodeNumber.of(own.getMyNodeNum())));
            facts.put("reboots", Long.toString(reboots()));
            facts.put("nodesKnown", Integer.toUnsignedString(own.getNodedbCount()));
            put(facts, "build", own.getPioEnv());
        }
        if (device != null) {
            put(facts, "firmware", device.getFirmwareVersion());
            facts.put("hardware", Integer.toUnsignedString(device.getHardwareModel()));
        }
        return facts;
    }

    private static void put(Map<String, String> facts, String name, ByteString text) {
        if (!text.isEmpty()) {
            facts.put(name, text.toStringUtf8());
        }
    }

    private static String hex(ByteString bytes) {
        return Hex.of(bytes.toByteArray());
    }
}
