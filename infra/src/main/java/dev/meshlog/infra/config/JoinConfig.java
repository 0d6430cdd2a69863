package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.meshlog.ledger.trust.Trust;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a node without a state joins its ledger's network.
 *
 * @param attempts after which it gives up
 * @param trustCheckpoint INDEX:ROOT of the checkpoint whose snapshot is believed, whatever its certificate; absent: a quorum of the genesis' validators must
 *     have signed
 * @param fromGenesis whether every vertex is fetched and executed, without a snapshot
 * @param youngRounds a network that has not come so far is executed from the genesis, which is faster than installing a snapshot
 */
public record JoinConfig(
        @Nullable Integer attempts,
        @Nullable String trustCheckpoint,
        @Nullable Boolean fromGenesis,
        @Nullable Integer youngRounds) {
    public static final JoinConfig DEFAULTS = new JoinConfig(null, null, null, null);

    public JoinConfig {
        attempts = attempts == null ? 5 : attempts;
        fromGenesis = fromGenesis != null && fromGenesis;
        youngRounds = youngRounds == null ? 300 : youngRounds;
        MeshlogConfig.require(youngRounds >= 0, "ledger.join.youngRounds", "at least 0");
        MeshlogConfig.require(attempts >= 1, "ledger.join.attempts", "at least 1");
        MeshlogConfig.require(
                !(fromGenesis && trustCheckpoint != null),
                "ledger.join.trustCheckpoint",
                "absent with ledger.join.fromGenesis, which needs no snapshot");
        if (trustCheckpoint != null) {
            Trust.OfCheckpoint.parse(trustCheckpoint);
        }
    }

    @Override
    public Integer attempts() {
        return Objects.requireNonNull(attempts);
    }

    @Override
    public Boolean fromGenesis() {
        return Objects.requireNonNull(fromGenesis);
    }

    @Override
    public Integer youngRounds() {
        return Objects.requireNonNull(youngRounds);
    }

    /** Which snapshots are believed. */
    @JsonIgnore
    public Trust trust() {
        return trustCheckpoint == null ? new Trust.OfGenesis() : Trust.OfCheckpoint.parse(trustCheckpoint);
    }
}
