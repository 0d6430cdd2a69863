package dev.meshlog.ledger.vectors;

import dev.meshlog.ledger.GenesisConfig;
import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.Network;
import dev.meshlog.ledger.Validator;
import dev.meshlog.ledger.crypto.SigningKey;
import dev.meshlog.schemas.Hex;
import java.util.List;
import java.util.stream.IntStream;

/** The keys and the genesis that all vectors share. Key number n has a seed of 32 bytes n + 1. */
final class VectorNetwork {
    static final List<SigningKey> VALIDATORS =
            IntStream.range(0, 4).mapToObj(Network::key).toList();
    static final SigningKey JOINER = Network.key(4);
    static final SigningKey USER = Network.key(5);
    static final SigningKey STRANGER = Network.key(6);

    static final Hash OBJECT = Hash.ofHex("a0".repeat(32));
    static final Hash COIN = Hash.ofHex("c0".repeat(32));
    static final Hash SECOND_COIN = Hash.ofHex("c1".repeat(32));
    static final Hash STAKE = Hash.ofHex("c2".repeat(32));
    static final Hash HEAVY_COIN = Hash.ofHex("c3".repeat(32));

    static final GenesisConfig GENESIS = new GenesisConfig(
            "vectors",
            IntStream.range(0, 4)
                    .mapToObj(i -> new Validator(VALIDATORS.get(i).publicKey(), 10 + i, "udp://10.0.0." + i + ":9", 0))
                    .toList(),
            10,
            6,
            4,
            5,
            20,
            List.of(new GenesisConfig.InitialObject(OBJECT, USER.publicKey(), Hex.parse("0102"))),
            List.of(
                    new GenesisConfig.InitialCoin(COIN, USER.publicKey(), 100),
                    new GenesisConfig.InitialCoin(SECOND_COIN, USER.publicKey(), 11),
                    new GenesisConfig.InitialCoin(STAKE, JOINER.publicKey(), 12),
                    new GenesisConfig.InitialCoin(HEAVY_COIN, USER.publicKey(), Validator.MAX_WEIGHT + 1)));

    static final Hash NETWORK = GENESIS.networkId();

    private VectorNetwork() {}
}
