package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.meshlog.streams.radio.PrivateKey;

/**
 * The private key of a node whose direct messages are to be read.
 *
 * @param node as people write it
 * @param key base64, as the radio's settings show it
 */
public record PrivateKeyConfig(
        @JsonProperty(required = true) String network,
        @JsonProperty(required = true) String node,
        @JsonProperty(required = true) String key) {
    public PrivateKeyConfig {
        MeshlogConfig.require(network != null, "radio.privateKeys.network", "the name of a network");
        MeshlogConfig.require(node != null, "radio.privateKeys.node", "the number of a node, such as !1234abcd");
        MeshlogConfig.require(key != null, "radio.privateKeys.key of " + node, "32 bytes in base64");
        try {
            PrivateKey.of(network, node, key);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("radio.privateKeys: " + e.getMessage());
        }
    }

    /** As the topology wants it. */
    public PrivateKey privateKey() {
        return PrivateKey.of(network, node, key);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "PrivateKeyConfig[network=" + network + ", node=" + node + "]";
    }
}
