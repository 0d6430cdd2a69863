package dev.meshlog.ingest.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerBookTest {
    private static final String ONE = "192.0.2.1:7411";

    private final PeerBook book = new PeerBook(new Random(1));
    private long now = 5;

    @Test
    void addressIsTriedByOneAtATime() {
        book.ours(ONE, now);

        assertThat(book.due(now, 10)).containsExactly(ONE);
        assertThat(book.due(now, 10)).isEmpty();
    }

    @Test
    void pausesGrowUpToHalfAMinute() {
        book.ours(ONE, now);
        long last = 0;
        for (int i = 0; i < 30; i++) {
            last = waitAndFail();
        }

        assertThat(Duration.ofNanos(last)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(31));
        assertThat(book.failures(ONE)).isEqualTo(30);
        assertThat(book.lastFailure(ONE)).contains("nobody");

        book.free(ONE, now);

        assertThat(book.failures(ONE)).as("after a connection that worked").isEqualTo(1);
    }

    @Test
    void whatPeersToldIsForgottenAndOursIsNot() {
        book.told("192.0.2.2:7411", now);
        book.ours(ONE, now);
        for (int i = 0; i < 4 * PeerBook.TRIES; i++) {
            waitAndFail();
        }

        now += Duration.ofMinutes(5).toNanos();
        assertThat(book.due(now, 10)).containsExactly(ONE);
    }

    @Test
    void peersCanNotFillTheBook() {
        for (int i = 0; i < 10_000; i++) {
            book.told("192.0.2.1:" + (1 + i), now);
        }
        book.ours("192.0.3.1:1", now);

        assertThat(book.due(now, 100_000)).hasSize(PeerBook.MAX_TOLD + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:7411, 192.0.2.1, 7411",
        "host.example:1, host.example, 1",
        "[2001:db8::1]:65535, 2001:db8::1, 65535"
    })
    void addressesAreRead(String text, String host, int port) {
        assertThat(PeerAddress.parseRemote(text)).hasValueSatisfying(address -> {
            assertThat(address.getHostString()).isEqualTo(host);
            assertThat(address.getPort()).isEqualTo(port);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "nothing",
        ":7411",
        "host:",
        "host:0",
        "host:65536",
        "host:-1",
        "' :1'",
        "[]:1",
        "192.0.2.1:+7411",
        "192.0.2.1:007411",
        "192.0.2.1:٧٤١١"
    })
    void whatIsNoAddressIsNotKept(String text) {
        assertThat(PeerAddress.parseRemote(text)).isEmpty();
        assertThat(book.told(text, now)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"localhost:7411", "192.0.2:7411", "0.0.0.0:7411", "[ff02::1]:7411", "[fe80::1%eth0]:7411"})
    void peersTellAddressesOfSingleNodesAndNoNames(String text) {
        assertThat(PeerAddress.parseRemote(text)).isPresent();
        assertThat(book.told(text, now)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:7411, [::ffff:192.0.2.1]:7411",
        "[2001:db8::1]:1, [2001:DB8:0:0::1]:1",
        "[2001:db8::1]:1, 2001:db8:0::1:1"
    })
    void waysToWriteOneAddressAreOneAddress(String one, String other) {
        assertThat(PeerAddress.canonical(one)).isPresent().isEqualTo(PeerAddress.canonical(other));
        assertThat(book.told(one, now)).isTrue();
        assertThat(book.told(other, now)).isFalse();
        book.ours(PeerAddress.canonical(other).orElseThrow(), now);
        assertThat(book.due(now, 10)).hasSize(1);
    }

    @Test
    void nameIsOneNameInCapitals() {
        assertThat(PeerAddress.canonical("Host.Example:7411")).contains("host.example:7411");
    }

    @Test
    void placesOfWhatPeersToldAreFreeAgain() {
        for (int round = 0; round < 3; round++) {
            int kept = 0;
            for (int i = 0; i < 2 * PeerBook.MAX_TOLD; i++) {
                kept += book.told("192.0.2." + round + ":" + (1 + i), now) ? 1 : 0;
            }
            assertThat(kept).isEqualTo(PeerBook.MAX_TOLD);
            for (int i = 0; i < PeerBook.TRIES; i++) {
                now += Duration.ofMinutes(1).toNanos();
                book.due(now, 2 * PeerBook.MAX_TOLD).forEach(each -> book.failed(each, "nobody", false, now));
            }
        }
    }

    /** Waits until something is due, which then fails. Returns how long that was, in nanoseconds. */
    private long waitAndFail() {
        long begun = now;
        List<String> due = book.due(now, 10);
        while (due.isEmpty()) {
            now += Duration.ofMillis(50).toNanos();
            due = book.due(now, 10);
        }
        due.forEach(each -> book.failed(each, "nobody", false, now));
        return now - begun;
    }
}
