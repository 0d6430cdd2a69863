package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.NodeNumber;
import java.util.Base64;

/**
 * The secret half of a node's key, as the operator gave it. With it the direct messages to the node can be read.
 *
 * @param node uint32
 * @param key 32 bytes, X25519
 */
public record PrivateKey(String network, long node, ByteString key) {
    private static final int BYTES = 32;

    public PrivateKey {
        if (key.size() != BYTES) {
            throw new IllegalArgumentException(
                    "the private key of " + NodeNumber.text(node) + " does not have 32 bytes");
        }
    }

    /**
     * A key as people configure it.
     *
     * @param key base64, as the radio's settings show it
     * @throws IllegalArgumentException when something is wrong with it; the message does not repeat it
     */
    public static PrivateKey of(String network, String node, String key) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(key.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the private key of " + node + " is not base64");
        }
        return new PrivateKey(network, NodeNumber.parse(node), ByteString.copyFrom(bytes));
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "PrivateKey[" + NodeNumber.key(network, node) + "]";
    }
}
