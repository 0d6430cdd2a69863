package dev.meshlog.streams.radio;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A channel's name and the AES key that its pre-shared key stands for. A packet names its channel by one byte only, the
 * {@link #hash()}, so several channels may fit.
 *
 * @param key 16 or 32 bytes
 */
public record ChannelKey(String name, ByteString key) {
    /** What every radio comes with. One-byte keys are counted from it. */
    private static final ByteString DEFAULT =
            ByteString.copyFrom(Base64.getDecoder().decode("1PG7OiApB1nwvP+rz05pAQ=="));

    public ChannelKey {
        if (key.size() != 16 && key.size() != 32) {
            throw new IllegalArgumentException("channel '" + name + "': a key has 16 or 32 bytes");
        }
    }

    /** A channel with the default key. */
    public static ChannelKey ofDefault(String name) {
        return new ChannelKey(name, DEFAULT);
    }

    /**
     * A channel as people configure it.
     *
     * @param psk base64; one byte is the number of a well-known key, and what is too short is filled up with zeros
     * @throws IllegalArgumentException when it is not base64 or means "no encryption"; the message does not repeat it
     */
    public static ChannelKey of(String name, String psk) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(psk);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("channel '" + name + "': the key is not base64");
        }
        if (bytes.length > 32) {
            throw new IllegalArgumentException("channel '" + name + "': the key has more than 32 bytes");
        }
        if (bytes.length == 0 || (bytes.length == 1 && bytes[0] == 0)) {
            throw new IllegalArgumentException(
                    "channel '" + name + "': this key means that nothing is encrypted; leave it out");
        }
        if (bytes.length == 1) {
            byte[] numbered = DEFAULT.toByteArray();
            numbered[numbered.length - 1] += (byte) (bytes[0] - 1);
            return new ChannelKey(name, ByteString.copyFrom(numbered));
        }
        return new ChannelKey(name, ByteString.copyFrom(Arrays.copyOf(bytes, bytes.length <= 16 ? 16 : 32)));
    }

    /** What an encrypted packet carries in place of a channel number. */
    public int hash() {
        int hash = 0;
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            hash ^= b;
        }
        for (byte b : key) {
            hash ^= b;
        }
        return hash & 0xff;
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "ChannelKey[" + name + "]";
    }
}
