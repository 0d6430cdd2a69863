package dev.meshlog.streams.radio;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.Buffers;
import dev.meshlog.schemas.Bytes32;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.radio.PacketEncryption;
import dev.meshlog.schemas.radio.RadioPacket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.CCMBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.math.ec.rfc7748.X25519;

/**
 * Opens direct messages to nodes whose private key the operator gave.
 *
 * <pre>
 *   key:     SHA-256(X25519(private key, sender's public key))
 *   payload: ciphertext ‖ tag (8 bytes) ‖ extra nonce (4 bytes)
 *   nonce:   packet id, extra nonce, sender (4 bytes each, little-endian) ‖ 0
 *   cipher:  AES-256-CCM (RFC 3610), nothing but the ciphertext is authenticated
 * </pre>
 */
final class DirectMessages {
    private static final int TAG_BYTES = 8;
    private static final int EXTRA_BYTES = 4;
    private static final int NONCE_BYTES = 13;

    private final Map<String, PrivateKey> keys = new HashMap<>();

    DirectMessages(List<PrivateKey> keys) {
        keys.forEach(key -> this.keys.put(NodeNumber.key(key.network(), key.node()), key));
    }

    /** Whether it could be opened, given the sender's key. */
    boolean isFor(RadioPacket packet) {
        return packet.getPkiEncrypted()
                && packet.getEncrypted() != null
                && keys.containsKey(NodeNumber.key(packet.getNetwork(), packet.getTo()));
    }

    /** @param senderKeys tried in this order */
    Optional<RadioPacket> open(RadioPacket packet, List<Bytes32> senderKeys) {
        PrivateKey own = keys.get(NodeNumber.key(packet.getNetwork(), packet.getTo()));
        if (own == null || packet.getEncrypted() == null) {
            return Optional.empty();
        }
        byte[] message = Buffers.array(packet.getEncrypted());
        for (Bytes32 key : senderKeys) {
            Optional<Data> data = sharedKey(own.key().toByteArray(), key.bytes())
                    .flatMap(shared -> decrypted(shared, (int) packet.getId(), (int) packet.getFrom(), message))
                    .flatMap(DirectMessages::parsed);
            if (data.isPresent()) {
                var content = PacketReader.Content.of(data.get());
                return Optional.of(RadioPacket.newBuilder(packet)
                        .setEncryption(PacketEncryption.PKI)
                        .setEncrypted(null)
                        .setPublicKey(ByteBuffer.wrap(key.bytes()))
                        .setPortNum(content.portNum())
                        .setPayload(content.payload())
                        .setData(content.data())
                        .setXeddsaSignature(content.xeddsaSignature())
                        .build());
            }
        }
        return Optional.empty();
    }

    /** Nothing, when the public key is a point that gives everybody the same secret (RFC 7748, section 6.1). */
    static Optional<byte[]> sharedKey(byte[] privateKey, byte[] publicKey) {
        byte[] secret = new byte[X25519.POINT_SIZE];
        if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, secret, 0)) {
            return Optional.empty();
        }
        try {
            return Optional.of(MessageDigest.getInstance("SHA-256").digest(secret));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static Optional<byte[]> decrypted(byte[] key, int id, int from, byte[] message) {
        int sealed = message.length - EXTRA_BYTES;
        if (sealed < TAG_BYTES) {
            return Optional.empty();
        }
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(id)
                .put(message, sealed, EXTRA_BYTES)
                .putInt(from)
                .array();
        var cipher = CCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(false, new AEADParameters(new KeyParameter(key), TAG_BYTES * Byte.SIZE, nonce));
        byte[] plaintext = new byte[sealed - TAG_BYTES];
        try {
            int written = cipher.processBytes(message, 0, sealed, plaintext, 0);
            cipher.doFinal(plaintext, written);
            return Optional.of(plaintext);
        } catch (InvalidCipherTextException e) {
            return Optional.empty(); // sealed with another key, or damaged
        }
    }

    private static Optional<Data> parsed(byte[] plaintext) {
        try {
            return Optional.of(Data.parseFrom(plaintext));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
