package dev.meshlog.infra.network;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.meshlog.infra.config.GossipConfig;
import dev.meshlog.infra.config.HttpConfig;
import dev.meshlog.infra.config.LedgerMode;
import dev.meshlog.infra.config.MeshlogConfig;
import dev.meshlog.infra.node.LedgerIdentity;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the nodes are started with.
 *
 * <pre>
 * network.json    who belongs to the network, and where each is found
 * genesis.json    the same for all
 * funds.pem       key of the one who owns all coins
 * NAME/           data directory of a node, with its meshlog.yaml, and for a validator keys/validator.pem
 * NAME/logs/output.log    what its process printed
 * </pre>
 */
final class NodeFiles {
    /** Some ten seconds under load: who registers need not wait long for its epoch. */
    private static final long EPOCH_LENGTH = 100;

    private static final int IDLE_ROUND_MS = 250;
    private static final long FUNDS = 1_000_000;
    private static final Hash COIN = Hash.of(new byte[Hash.LENGTH]);

    /** Enough of them that a checkpoint some time ago can be recovered without executing everything. */
    private static final int SNAPSHOT_SECONDS = 5;

    private static final int SNAPSHOTS = 12;
    private static final ObjectMapper YAML =
            new YAMLMapper().setDefaultPropertyInclusion(JsonInclude.Include.NON_EMPTY);

    private final Path directory;

    NodeFiles(Path directory) {
        this.directory = directory;
    }

    Path genesis() {
        return directory.resolve("genesis.json");
    }

    Path funds() {
        return directory.resolve("funds.pem");
    }

    Path of(Member member) {
        return directory.resolve(member.name());
    }

    Path keyOf(Member member) {
        return of(member).resolve("keys").resolve("validator.pem");
    }

    static Path configurationIn(Path nodeDirectory) {
        return nodeDirectory.resolve("meshlog.yaml");
    }

    /** Keys that are there stay; the genesis comes last and means that all are. */
    GenesisConfig make(NetworkLayout layout) {
        List<Validator> validators = new ArrayList<>();
        for (Member member : layout.validators()) {
            validators.add(new Validator(key(keyOf(member)).publicKey(), 1, member.reachedAt(), 0));
        }
        var genesis = new GenesisConfig(
                "local",
                validators,
                EPOCH_LENGTH,
                GenesisConfig.DEFAULT_GC_DEPTH,
                GenesisConfig.DEFAULT_CHECKPOINT_INTERVAL,
                GenesisConfig.DEFAULT_BUCKET_BITS,
                GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                List.of(),
                List.of(new GenesisConfig.InitialCoin(COIN, key(funds()).publicKey(), FUNDS)));
        layout.members().forEach(member -> configure(member, layout));
        write(genesis(), genesis.toJson());
        return genesis;
    }

    /** The node's own meshlog.yaml: it can be started by hand with it. */
    void configure(Member member, NetworkLayout layout) {
        List<String> others = layout.validators().stream()
                .filter(each -> !each.equals(member))
                .map(Member::reachedAt)
                .toList();
        var config = new MeshlogConfig(
                new MeshlogConfig.Broker(member.kafkaPort()),
                null,
                new MeshlogConfig.Radio(false, null, null, null, null, null),
                new MeshlogConfig.Ledger(
                        null,
                        modeOf(member, layout).text(),
                        genesis().toString(),
                        member.isValidator() ? keyOf(member).toString() : null,
                        null,
                        IDLE_ROUND_MS,
                        new GossipConfig(member.gossip(), member.reachedAt(), others)),
                new MeshlogConfig.Snapshots(SNAPSHOT_SECONDS, SNAPSHOTS, null, null),
                new HttpConfig(Member.HOST + ":" + member.httpPort(), null, null, null, null));
        try {
            write(configurationIn(of(member)), YAML.writeValueAsString(config));
        } catch (IOException e) {
            throw new UncheckedIOException(member.name(), e);
        }
    }

    /** A lone validator has nobody to join. */
    private static LedgerMode modeOf(Member member, NetworkLayout layout) {
        return layout.validators().equals(List.of(member)) ? LedgerMode.BOOTSTRAP : member.mode();
    }

    private static SigningKey key(Path file) {
        return Files.exists(file) ? LedgerIdentity.readKey(file) : LedgerIdentity.createKey(file);
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
