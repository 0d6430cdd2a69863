package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTokensTest {
    private static final InetSocketAddress SENDER = new InetSocketAddress("192.0.2.1", 4711);
    private static final byte[] CONNECTION_ID = {1, 2, 3, 4, 5, 6, 7, 8};

    private long now = Long.MAX_VALUE - 5;
    private final AddressTokens tokens = tokens();

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "2001:db8::1"})
    void tokenIsGoodForItsAddressAndBringsTheConnectionIdBack(String host) {
        var sender = new InetSocketAddress(host, 4711);
        ByteBuf token = token(sender, CONNECTION_ID);
        now += AddressTokens.LIFETIME.toNanos();

        int offset = tokens.validateToken(token, sender);

        assertThat(token.slice(offset, token.readableBytes() - offset))
                .isEqualTo(Unpooled.wrappedBuffer(CONNECTION_ID));
    }

    @Test
    void longestConnectionIdFits() {
        ByteBuf token = token(SENDER, new byte[20]);

        assertThat(token.readableBytes()).isEqualTo(tokens.maxTokenLength());
        assertThat(tokens.validateToken(token, SENDER)).isPositive();
    }

    @Test
    void tokenOfAnotherAddressPortOrProcessIsNone() {
        ByteBuf token = token(SENDER, CONNECTION_ID);

        assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.2", 4711)))
                .isNegative();
        assertThat(tokens.validateToken(token, new InetSocketAddress("192.0.2.1", 4712)))
                .isNegative();
        assertThat(tokens().validateToken(token, SENDER)).isNegative();
    }

    @Test
    void tokenIsGoodForAMoment() {
        ByteBuf token = token(SENDER, CONNECTION_ID);
        now += AddressTokens.LIFETIME.toNanos() + 1;

        assertThat(tokens.validateToken(token, SENDER)).isNegative();
    }

    @Test
    void noBitOfATokenMayChange() {
        ByteBuf token = token(SENDER, CONNECTION_ID);
        for (int bit = 0; bit < token.readableBytes() * 8; bit++) {
            ByteBuf changed = token.copy();
            changed.setByte(bit / 8, changed.getByte(bit / 8) ^ (1 << (bit % 8)));
            assertThat(tokens.validateToken(changed, SENDER)).as("bit %d", bit).isNegative();
        }
    }

    @Test
    void noPartOfATokenIsOne() {
        ByteBuf token = token(SENDER, CONNECTION_ID);
        for (int length = 0; length < token.readableBytes(); length++) {
            assertThat(tokens.validateToken(token.slice(0, length), SENDER))
                    .as("the first %d bytes", length)
                    .isNegative();
        }
        assertThat(tokens.validateToken(Unpooled.wrappedBuffer(token, Unpooled.wrappedBuffer(new byte[100])), SENDER))
                .isNegative();
    }

    private ByteBuf token(InetSocketAddress sender, byte[] connectionId) {
        ByteBuf token = Unpooled.buffer();
        assertThat(tokens.writeToken(token, Unpooled.wrappedBuffer(connectionId), sender))
                .isTrue();
        return token;
    }

    private AddressTokens tokens() {
        return new AddressTokens(new SecureRandom(), () -> now);
    }
}
