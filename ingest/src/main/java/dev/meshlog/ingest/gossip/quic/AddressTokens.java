package dev.meshlog.ingest.gossip.quic;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens by which whoever connects shows that it reads what is sent to its address (RFC 9000, section 8.1.2): its first packet is answered with a Retry and
 * nothing is kept of it, so that packets with a forged sender cost neither memory nor more bytes than they bring. Good for one address and port, for a
 * moment, at the process that made it. One thread.
 *
 * <pre>
 * time u64 | HMAC-SHA256, its first 16 bytes | the connection id of the first packet, 0 to 20 bytes
 * </pre>
 */
final class AddressTokens implements QuicTokenHandler {
    /** A packet with a token may have to be sent again until its sender gives up. */
    static final Duration LIFETIME = Duration.ofSeconds(15);

    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAC_BYTES = 16;
    private static final int CONNECTION_ID_AT = Long.BYTES + MAC_BYTES;
    private static final int MAX_CONNECTION_ID = 20;
    private static final int INVALID = -1;

    private final Mac mac;
    private final LongSupplier nanoTime;

    /** @param nanoTime of a clock that nobody sets */
    AddressTokens(SecureRandom random, LongSupplier nanoTime) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        this.nanoTime = nanoTime;
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is part of every JDK", e);
        }
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf connectionId, InetSocketAddress address) {
        byte[] id = bytes(connectionId, 0);
        long now = nanoTime.getAsLong();
        out.writeLong(now).writeBytes(mac(now, id, address)).writeBytes(id);
        return true;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        int length = token.readableBytes();
        if (length < CONNECTION_ID_AT || length > maxTokenLength()) {
            return INVALID;
        }
        long madeAt = token.getLong(token.readerIndex());
        byte[] id = bytes(token, CONNECTION_ID_AT);
        byte[] claimed = Arrays.copyOfRange(bytes(token, Long.BYTES), 0, MAC_BYTES);
        boolean isOurs = MessageDigest.isEqual(claimed, mac(madeAt, id, address));
        return isOurs && nanoTime.getAsLong() - madeAt <= LIFETIME.toNanos() ? CONNECTION_ID_AT : INVALID;
    }

    @Override
    public int maxTokenLength() {
        return CONNECTION_ID_AT + MAX_CONNECTION_ID;
    }

    private byte[] mac(long time, byte[] connectionId, InetSocketAddress address) {
        byte[] host = address.getAddress().getAddress();
        mac.update(ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(time)
                .put((byte) host.length)
                .flip());
        mac.update(host);
        mac.update(ByteBuffer.allocate(Short.BYTES)
                .putShort((short) address.getPort())
                .flip());
        return Arrays.copyOf(mac.doFinal(connectionId), MAC_BYTES);
    }

    /** What is readable from there on; nothing is read. */
    private static byte[] bytes(ByteBuf buffer, int from) {
        byte[] bytes = new byte[buffer.readableBytes() - from];
        buffer.getBytes(buffer.readerIndex() + from, bytes);
        return bytes;
    }
}
