package dev.meshlog.ingest.gossip.quic;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.meshlog.ingest.gossip.wire.EncodedMessage;
import dev.meshlog.ingest.gossip.wire.MessageType;
import dev.meshlog.ingest.gossip.wire.Messages;
import dev.meshlog.ledger.Domain;
import dev.meshlog.ledger.crypto.Ed25519;
import dev.meshlog.schemas.gossip.Hello;
import dev.meshlog.schemas.testing.BoundedAllocation;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** A peer that sends anything at all, on a stream of any kind: messages that may stand there, or the end of the stream. */
class PeerInputFuzzTest {
    private static final Handshake HANDSHAKE = new Handshake(
            new Identity(Domain.contentId(new byte[] {1}), null, true, null),
            Domain.contentId(new byte[] {2}),
            Ed25519.bouncyCastle());
    private static final InetSocketAddress SOMEWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4);
    private static final Set<MessageType> ALL = EnumSet.allOf(MessageType.class);

    @FuzzTest
    void messagesOfTheirPlaceOrNothing(byte[] input) throws Exception {
        BoundedAllocation.check(input, () -> {
            feed(EnumSet.of(MessageType.HELLO), input);
            feed(Connection.PUSHED, input);
            feed(Connection.QUESTIONS, input);
            feed(ALL, input);
        });
    }

    private static void feed(Set<MessageType> allowed, byte[] input) {
        var stream = new EmbeddedChannel();
        MessageDecoder.addTo(stream.pipeline(), allowed);
        int cut = input.length / 2;
        try {
            stream.writeInbound(Unpooled.wrappedBuffer(input, 0, cut));
            stream.writeInbound(Unpooled.wrappedBuffer(input, cut, input.length - cut));
        } catch (DecoderException e) {
            // The connection ends here.
        }
        Decoded decoded = stream.readInbound();
        while (decoded != null) {
            byte[] again = EncodedMessage.of(decoded.message()).unsafeBytes();
            byte[] content = Arrays.copyOfRange(again, Messages.LENGTH_BYTES, again.length);
            assertThat(Messages.decode(content, allowed)).isEqualTo(decoded.message());
            if (decoded.message() instanceof Hello hello) {
                assertThat(HANDSHAKE
                                .check(hello, Domain.contentId(new byte[] {3}), SOMEWHERE, false)
                                .peer())
                        .isNull();
            }
            decoded = stream.readInbound();
        }
        stream.finishAndReleaseAll();
    }
}
