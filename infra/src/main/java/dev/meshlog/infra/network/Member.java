package dev.meshlog.infra.network;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.meshlog.infra.config.LedgerMode;

/**
 * A node and where it is found, which is the same at every start.
 *
 * @param name also that of its directory
 * @param gossip host:port where it listens for peers
 * @param reachedAt host:port that the others are told; not {@code gossip} when something stands between
 */
public record Member(String name, LedgerMode mode, String gossip, String reachedAt, int kafkaPort, int httpPort) {
    static final String HOST = "127.0.0.1";

    @JsonIgnore
    public boolean isValidator() {
        return mode == LedgerMode.VALIDATOR;
    }

    @JsonIgnore
    public String kafka() {
        return HOST + ":" + kafkaPort;
    }

    @JsonIgnore
    public String http() {
        return "http://" + HOST + ":" + httpPort;
    }
}
