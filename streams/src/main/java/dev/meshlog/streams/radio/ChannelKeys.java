package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.meshlog.schemas.meshtastic.Data;
import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The channels whose packets can be read: the ones that every radio knows, and those that were configured. */
public final class ChannelKeys {
    private static final List<String> PRESETS = List.of(
            "LongFast",
            "LongSlow",
            "LongMod",
            "LongTurbo",
            "MediumFast",
            "MediumSlow",
            "MediumTurbo",
            "ShortFast",
            "ShortSlow",
            "ShortTurbo",
            "LiteFast",
            "LiteSlow",
            "NarrowFast",
            "NarrowSlow",
            "Custom");
    private static final int HIGHEST_PORT = 511;
    /** Fields that a newer firmware may add are near the known ones. Noise that happens to parse mostly has others. */
    private static final int HIGHEST_FIELD = 32;

    /** Looking for it among the providers takes as long as decrypting a packet. */
    private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(ChannelKeys::cipher);

    private final Map<Integer, List<ChannelKey>> keysByHash;

    /** @param configured tried before the well-known ones */
    public ChannelKeys(List<ChannelKey> configured) {
        keysByHash = Stream.concat(configured.stream(), PRESETS.stream().map(ChannelKey::ofDefault))
                .collect(Collectors.groupingBy(ChannelKey::hash));
    }

    /** What a packet carries, and on which channel. */
    record Plaintext(String channel, Data data) {}

    /** Decrypts with every key that has the packet's hash, until what comes out makes sense. */
    Optional<Plaintext> read(MeshPacket packet) {
        for (ChannelKey key : keysByHash.getOrDefault(packet.getChannel(), List.of())) {
            Optional<Data> data = parsed(decrypted(packet, key));
            if (data.isPresent()) {
                return Optional.of(new Plaintext(key.name(), data.get()));
            }
        }
        return Optional.empty();
    }

    /** AES-CTR; the nonce is the packet's id and its sender, each little-endian in eight bytes. */
    private static ByteString decrypted(MeshPacket packet, ChannelKey key) {
        byte[] nonce = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Integer.toUnsignedLong(packet.getId()))
                .putInt(packet.getFrom())
                .array();
        try {
            Cipher cipher = CIPHER.get();
            cipher.init(
                    Cipher.DECRYPT_MODE, new SecretKeySpec(key.key().toByteArray(), "AES"), new IvParameterSpec(nonce));
            return ByteString.copyFrom(cipher.doFinal(packet.getEncrypted().toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-CTR", e);
        }
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-CTR", e);
        }
    }

    private static Optional<Data> parsed(ByteString plaintext) {
        try {
            Data data = Data.parseFrom(plaintext);
            boolean plausible = data.getPortNum() > 0
                    && data.getPortNum() <= HIGHEST_PORT
                    && data.getUnknownFields().asMap().keySet().stream().allMatch(field -> field <= HIGHEST_FIELD);
            return plausible ? Optional.of(data) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }
}
