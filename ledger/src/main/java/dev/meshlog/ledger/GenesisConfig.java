package dev.meshlog.ledger;

import dev.meshlog.schemas.AvroBinary;
import dev.meshlog.schemas.ledger.Genesis;
import dev.meshlog.schemas.ledger.GenesisCoin;
import dev.meshlog.schemas.ledger.GenesisObject;
import dev.meshlog.schemas.ledger.GenesisValidator;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a network starts from, and thereby what it is: the canonical bytes of this record give the network id. Validators, objects and coins
 * are in the order of their keys, so that the order in a file does not matter.
 */
public record GenesisConfig(
        String networkName,
        List<Validator> validators,
        long epochLength,
        long gcDepth,
        long checkpointInterval,
        int bucketBits,
        long maxTxValidity,
        List<InitialObject> objects,
        List<InitialCoin> coins) {
    public static final long DEFAULT_GC_DEPTH = 60;
    public static final long DEFAULT_CHECKPOINT_INTERVAL = 16;
    public static final int DEFAULT_BUCKET_BITS = 12;
    public static final long DEFAULT_MAX_TX_VALIDITY = 1_000;

    /**
     * A vertex of epoch e waits until all of epoch e - 2 is decided. With less than this between, a slot at the end of e - 2 could not even be
     * decided by a leader three rounds later, and the network would stand still for ever.
     */
    public static final long MIN_EPOCH_LENGTH = 10;

    public static final int MAX_CONTENT = 4 * 1024;

    /** Far beyond any real network; sums of two rounds never overflow. */
    private static final long MAX_ROUNDS = 1L << 40;

    private static final AvroBinary<Genesis> RECORD = new AvroBinary<>(Genesis.getClassSchema());

    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record InitialObject(Hash id, Hash owner, byte[] content) {}

    public record InitialCoin(Hash id, Hash owner, long amount) {}

    /** @throws IllegalArgumentException naming the field that is wrong */
    public GenesisConfig {
        require(!networkName.isBlank() && networkName.length() <= 64, "networkName has 1 to 64 characters");
        validators = List.copyOf(new Validators(validators).members());
        requireRange("epochLength", epochLength, MIN_EPOCH_LENGTH);
        requireRange("gcDepth", gcDepth, 5);
        requireRange("checkpointInterval", checkpointInterval, 1);
        requireRange("maxTxValidity", maxTxValidity, 1);
        require(bucketBits >= 1 && bucketBits <= 16, "bucketBits is 1 to 16, not " + bucketBits);
        objects =
                objects.stream().sorted(Comparator.comparing(InitialObject::id)).toList();
        coins = coins.stream().sorted(Comparator.comparing(InitialCoin::id)).toList();
        Set<Hash> ids = new HashSet<>();
        for (InitialObject object : objects) {
            require(ids.add(object.id()), "objects: " + object.id() + " is listed twice");
            require(object.content().length <= MAX_CONTENT, "objects: content of " + object.id() + " is over 4 KiB");
        }
        long supply = 0;
        for (InitialCoin coin : coins) {
            require(ids.add(coin.id()), "coins: " + coin.id() + " is listed twice");
            require(coin.amount() > 0, "coins: " + coin.id() + " has the amount " + coin.amount());
            require(coin.amount() <= Long.MAX_VALUE - supply, "coins: the sum is over 2^63 - 1");
            supply += coin.amount();
        }
    }

    public Hash networkId() {
        return Domain.NETWORK.hash(canonicalBytes());
    }

    public byte[] canonicalBytes() {
        return RECORD.encode(Genesis.newBuilder()
                .setNetworkName(networkName)
                .setValidators(validators.stream()
                        .map(validator -> new GenesisValidator(
                                validator.publicKey().fixed(), validator.weight(), validator.gossipAddress()))
                        .toList())
                .setEpochLength(epochLength)
                .setGcDepth(gcDepth)
                .setCheckpointInterval(checkpointInterval)
                .setBucketBits(bucketBits)
                .setMaxTxValidity(maxTxValidity)
                .setObjects(objects.stream()
                        .map(object -> new GenesisObject(
                                object.id().fixed(), object.owner().fixed(), ByteBuffer.wrap(object.content())))
                        .toList())
                .setCoins(coins.stream()
                        .map(coin ->
                                new GenesisCoin(coin.id().fixed(), coin.owner().fixed(), coin.amount()))
                        .toList())
                .build());
    }

    /**
     * The text of a genesis.json, read strictly.
     *
     * @throws IllegalArgumentException naming the field that is missing, unknown or wrong, and where it stands
     */
    public static GenesisConfig ofJson(String json) {
        return GenesisJson.read(json);
    }

    /** Indented, in canonical order. */
    public String toJson() {
        return GenesisJson.write(this);
    }

    private static void requireRange(String field, long value, long least) {
        require(value >= least && value <= MAX_ROUNDS, field + " is at least " + least + ", not " + value);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
