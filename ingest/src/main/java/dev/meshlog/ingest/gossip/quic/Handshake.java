package dev.meshlog.ingest.gossip.quic;

import dev.meshlog.ledger.Hash;
import dev.meshlog.ledger.crypto.SignatureCheck;
import dev.meshlog.schemas.Bytes64;
import dev.meshlog.schemas.gossip.Hello;
import dev.meshlog.schemas.gossip.RefusalReason;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Shows who we are, and checks who the other is. The proof is a signature over {@code "meshlog hello 1" ‖ networkId ‖ nonce ‖ the sender's certificate
 * fingerprint ‖ the receiver's}: certificates are made for one process, so that it is worth nothing on another connection, not even sent back to its
 * maker. Any thread may use it.
 *
 * @param own fingerprint of our certificate
 */
record Handshake(Identity identity, Hash own, SignatureCheck signatures) {
    static final int PROTOCOL_VERSION = 1;

    private static final byte[] PURPOSE = "meshlog hello 1".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int MAX_ADDRESS = 255;

    /** What the other turned out to be: one of the two. */
    record Result(@Nullable PeerInfo peer, @Nullable PeerRefusal refusal) {
        private static Result refused(RefusalReason reason, String detail) {
            return new Result(null, new PeerRefusal(reason, detail));
        }
    }

    /** For the one with this fingerprint. */
    Hello hello(Hash other) {
        byte[] bytes = new byte[Hash.LENGTH];
        RANDOM.nextBytes(bytes);
        Hash nonce = Hash.of(bytes);
        var key = identity.key();
        return Hello.newBuilder()
                .setProtocolVersion(PROTOCOL_VERSION)
                .setNetworkId(identity.networkId().fixed())
                .setPublicKey(key == null ? null : key.publicKey().fixed())
                .setListener(identity.listener())
                .setNonce(nonce.fixed())
                .setAddress(identity.address())
                .setProof(key == null ? null : new Bytes64(key.sign(statement(nonce, own, other))))
                .build();
    }

    /**
     * Reads what the other said.
     *
     * @param other fingerprint of its certificate
     */
    Result check(Hello hello, Hash other, InetSocketAddress remote, boolean dialed) {
        if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
            return Result.refused(
                    RefusalReason.PROTOCOL_VERSION,
                    "this node speaks version %d, not %d".formatted(PROTOCOL_VERSION, hello.getProtocolVersion()));
        }
        if (!Hash.of(hello.getNetworkId()).equals(identity.networkId())) {
            return Result.refused(
                    RefusalReason.OTHER_NETWORK,
                    "this is network %s, not %s"
                            .formatted(
                                    identity.networkId().brief(),
                                    Hash.of(hello.getNetworkId()).brief()));
        }
        if (hello.getAddress() != null && hello.getAddress().length() > MAX_ADDRESS) {
            return Result.refused(RefusalReason.MALFORMED, "an address of over 255 characters");
        }
        if (own.equals(other)) {
            return Result.refused(RefusalReason.SELF, "this is the same process");
        }
        if (hello.getPublicKey() == null) {
            return new Result(new PeerInfo(null, true, remote, hello.getAddress(), dialed), null);
        }
        Hash publicKey = Hash.of(hello.getPublicKey());
        if (hello.getProof() == null
                || !signatures.verify(
                        publicKey,
                        statement(Hash.of(hello.getNonce()), other, own),
                        hello.getProof().bytes())) {
            return Result.refused(RefusalReason.BAD_PROOF, "no proof that it has the key " + publicKey.brief());
        }
        if (identity.key() != null && identity.key().publicKey().equals(publicKey)) {
            return Result.refused(RefusalReason.SELF, "another process has our key " + publicKey.brief());
        }
        return new Result(new PeerInfo(publicKey, hello.getListener(), remote, hello.getAddress(), dialed), null);
    }

    private byte[] statement(Hash nonce, Hash sender, Hash receiver) {
        ByteBuffer out = ByteBuffer.allocate(PURPOSE.length + 4 * Hash.LENGTH).put(PURPOSE);
        identity.networkId().putInto(out);
        nonce.putInto(out);
        sender.putInto(out);
        receiver.putInto(out);
        return out.array();
    }
}
