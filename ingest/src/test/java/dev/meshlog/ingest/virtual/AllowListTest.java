package dev.meshlog.ingest.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {
    @Test
    void namedAddressesAndThisMachineMayConnect() {
        var allowed = AllowList.parse(List.of("192.168.1.20", "10.1.0.0/16", "fd00::/8"));
        assertThat(List.of("127.0.0.1", "::1", "192.168.1.20", "10.1.255.1", "fd12::1"))
                .allMatch(address -> allowed.accepts(new InetSocketAddress(address, 1)));
        assertThat(List.of("192.168.1.21", "10.2.0.1", "fe80::1", "8.8.8.8"))
                .noneMatch(address -> allowed.accepts(new InetSocketAddress(address, 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.org", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "", "10.0.0", "::1/129"})
    void anythingElseIsAMistake(String text) {
        assertThatThrownBy(() -> AllowList.parse(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    @Test
    void openAddressWithoutAnAllowListIsAMistake() {
        assertThatThrownBy(() -> VirtualNodeSettings.at(new InetSocketAddress("0.0.0.0", 4403)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("allow");
    }
}
