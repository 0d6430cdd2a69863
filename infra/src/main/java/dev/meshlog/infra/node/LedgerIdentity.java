package dev.meshlog.infra.node;

import dev.meshlog.infra.UserError;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.ledger.crypto.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ledger's network and this node's key in it, from files; a bootstrap makes both on its first start.
 *
 * @param signingKey absent: a listener
 */
public record LedgerIdentity(GenesisConfig genesis, Optional<SigningKey> signingKey) {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    /** Rounds. A validator comes or goes two epochs after its transaction: some minutes at ten rounds a second. */
    private static final long EPOCH_LENGTH = 1_000;

    /** What a bootstrap owns and gives to those who are to become validators; its own weight is 1. */
    private static final long FIRST_COINS = 1_000;

    /**
     * Reads the files, or makes them when neither exists.
     *
     * @param gossipAddress host:port where other nodes reach this one; empty: nowhere
     * @throws UserError when one is missing or wrong, or the key file can be read by others
     */
    public static LedgerIdentity bootstrap(Path genesisFile, Path keyFile, String gossipAddress) {
        if (Files.exists(genesisFile) && !Files.exists(keyFile)) {
            throw new UserError(
                    "the key file " + keyFile + " is missing, but " + genesisFile + " is there",
                    "put the validator's key back; a new key would be another validator");
        }
        if (!Files.exists(keyFile)) {
            create(keyFile, SigningKey.generate(new SecureRandom()).toPem());
        }
        SigningKey key = readKey(keyFile);
        if (!Files.exists(genesisFile)) {
            var genesis = new GenesisConfig(
                    "meshlog-" + key.publicKey().brief(),
                    List.of(new Validator(key.publicKey(), 1, gossipAddress, 0)),
                    EPOCH_LENGTH,
                    GenesisConfig.DEFAULT_GC_DEPTH,
                    GenesisConfig.DEFAULT_CHECKPOINT_INTERVAL,
                    GenesisConfig.DEFAULT_BUCKET_BITS,
                    GenesisConfig.DEFAULT_MAX_TX_VALIDITY,
                    List.of(),
                    List.of(new GenesisConfig.InitialCoin(
                            Domain.contentId(key.publicKey().bytes()), key.publicKey(), FIRST_COINS)));
            write(genesisFile, genesis.toJson());
        }
        GenesisConfig genesis = readGoodGenesis(genesisFile);
        if (genesis.validators().stream()
                .noneMatch(validator -> validator.publicKey().equals(key.publicKey()))) {
            throw new UserError(
                    "the key in %s (%s) is no validator of %s".formatted(keyFile, key.publicKey(), genesisFile),
                    "use the key that belongs to this network, or --mode validator to join it with a new one");
        }
        return new LedgerIdentity(genesis, Optional.of(key));
    }

    /**
     * Reads the network's genesis, and the key or makes it: a validator that is not in the genesis registers.
     *
     * @throws UserError when one is wrong, or the key file can be read by others
     */
    public static LedgerIdentity validator(Path genesisFile, Path keyFile) {
        GenesisConfig genesis = readGoodGenesis(genesisFile);
        if (!Files.exists(keyFile)) {
            create(keyFile, SigningKey.generate(new SecureRandom()).toPem());
        }
        return new LedgerIdentity(genesis, Optional.of(readKey(keyFile)));
    }

    /** @throws UserError when the network's genesis is wrong */
    public static LedgerIdentity listener(Path genesisFile) {
        return new LedgerIdentity(readGoodGenesis(genesisFile), Optional.empty());
    }

    /** @throws java.util.NoSuchElementException for a listener */
    public SigningKey key() {
        return signingKey.orElseThrow();
    }

    private static GenesisConfig readGoodGenesis(Path genesisFile) {
        GenesisConfig genesis = readGenesis(genesisFile);
        genesis.validators().stream()
                .filter(validator -> !Ed25519.fastest().isGoodKey(validator.publicKey()))
                .findFirst()
                .ifPresent(validator -> {
                    throw new UserError(
                            genesisFile + ": validator " + validator.publicKey() + " is no Ed25519 key of prime order",
                            "a network's genesis file is the same on every node: get it again");
                });
        return genesis;
    }

    /** @throws UserError that names the field that is wrong */
    public static GenesisConfig readGenesis(Path file) {
        try {
            return GenesisConfig.ofJson(Files.readString(file));
        } catch (IOException e) {
            throw new UserError("can't read the genesis file " + file + ": " + e, "check the path", e);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    file + ": " + e.getMessage(),
                    "a network's genesis file is the same on every node: get it again",
                    e);
        }
    }

    /** @throws UserError when the file is no private key, or can be read by others */
    public static SigningKey readKey(Path file) {
        try {
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
                if (!OWNER_ONLY.containsAll(mode)) {
                    throw new UserError(
                            "the key file %s can be read by others (mode %s)"
                                    .formatted(file, PosixFilePermissions.toString(mode)),
                            "run: chmod 600 " + file);
                }
            }
            return SigningKey.ofPem(Files.readString(file));
        } catch (IOException e) {
            throw new UserError("can't read the key file " + file + ": " + e, "check the path and its owner", e);
        } catch (IllegalArgumentException e) {
            throw new UserError(file + ": " + e.getMessage(), "the file must be the validator's key", e);
        }
    }

    /**
     * Makes a new key.
     *
     * @throws UserError when the file is there already: a key that is overwritten is lost
     */
    public static SigningKey createKey(Path file) {
        if (Files.exists(file)) {
            throw new UserError(file + " is there already", "name another file, or remove the key if nobody needs it");
        }
        create(file, SigningKey.generate(new SecureRandom()).toPem());
        return readKey(file);
    }

    /** The mode is right before the first byte is in it. */
    private static void create(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path partial = file.resolveSibling(file.getFileName() + ".partial");
            Files.deleteIfExists(partial);
            Files.createFile(partial, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.write(
                    partial,
                    text.getBytes(StandardCharsets.US_ASCII),
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(partial, file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path partial = file.resolveSibling(file.getFileName() + ".partial");
            Files.writeString(partial, text);
            Files.move(partial, file);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
