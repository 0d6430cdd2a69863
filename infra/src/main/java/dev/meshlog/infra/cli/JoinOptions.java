package dev.meshlog.infra.cli;

import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.JoinConfig;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** A node's place in its ledger's network; what is given here counts, not the configuration. */
@SuppressWarnings("NullAway.Init") // fields are set by picocli
final class JoinOptions {
    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "What this node is: bootstrap (a network of its own), validator (joins, then produces), listener (joins, follows).")
    private @Nullable LedgerMode mode;

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Nodes of the network to begin with, separated by commas.")
    private @Nullable List<String> join;

    @Option(names = "--genesis", paramLabel = "FILE", description = "The network's genesis file.")
    private @Nullable Path genesis;

    @Option(names = "--gossip", paramLabel = "HOST:PORT", description = "Where to listen for other nodes, UDP.")
    private @Nullable String listen;

    @Option(
            names = "--gossip-address",
            paramLabel = "HOST:PORT",
            description = "Where others reach this node, when that is not where it listens.")
    private @Nullable String address;

    @Option(
            names = "--trust-checkpoint",
            paramLabel = "INDEX:ROOT",
            description =
                    "Joining: believe the snapshot of this checkpoint, with this state root, whoever signed it, instead of what the genesis' validators signed.")
    private @Nullable String trustCheckpoint;

    @Option(names = "--from-genesis", description = "Joining: fetch and execute every vertex, without a snapshot.")
    private boolean fromGenesis;

    @Option(
            names = "--join-attempts",
            paramLabel = "N",
            description = "Joining: give up after so many attempts (default: 5).")
    private @Nullable Integer attempts;

    @Option(
            names = "--register",
            description = "Register as a validator again, after 'ledger leave'; goes with the mode validator.")
    private boolean register;

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    boolean isGiven() {
        return register
                || mode != null
                || join != null
                || genesis != null
                || listen != null
                || address != null
                || trustCheckpoint != null
                || fromGenesis
                || attempts != null;
    }

    boolean registersAgain() {
        return register;
    }

    /** @throws ParameterException when the whole makes no sense */
    MeshlogConfig applyTo(MeshlogConfig config) {
        if (!isGiven()) {
            return config;
        }
        GossipConfig before = config.ledger().gossip();
        try {
            var gossip = new GossipConfig(
                    listen == null ? before.listen() : listen,
                    address == null ? before.address() : address,
                    join == null ? before.join() : join);
            JoinConfig joinBefore = config.ledger().join();
            var joining = new JoinConfig(
                    attempts == null ? joinBefore.attempts() : attempts,
                    trustCheckpoint == null ? joinBefore.trustCheckpoint() : trustCheckpoint,
                    fromGenesis || joinBefore.fromGenesis(),
                    joinBefore.youngRounds());
            LedgerMode place = mode == null ? config.ledger().place() : mode;
            if (register && place != LedgerMode.VALIDATOR) {
                throw new ParameterException(
                        spec.commandLine(), "--register goes with --mode validator: a " + place.text() + " never does");
            }
            return config.with(config.ledger().as(place, genesis == null ? null : genesis.toString(), gossip, joining));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
