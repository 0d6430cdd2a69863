package dev.meshlog.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeNumberTest {
    @ParameterizedTest
    @ValueSource(strings = {"!b565b26c", "b565b26c", "!B565B26C", "B565B26C", "3043340908", " !b565b26c "})
    @DisplayName("KS-23 KS-24 DB-01 number, !hex, hex and upper case are one node")
    void everyFormIsTheSameNode(String text) {
        assertThat(NodeNumber.parse(text)).isEqualTo(NodeNumber.of(0xb565b26c)).isEqualTo(0xb565b26cL);
    }

    @Test
    @DisplayName("DB-02 digits alone are decimal")
    void digitsAloneAreDecimal() {
        assertThat(NodeNumber.parse("305419896")).isEqualTo(0x12345678L);
        assertThat(NodeNumber.parse("!30541989")).isEqualTo(0x30541989L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "!",
                "!123456789",
                "0",
                "!00000000",
                "!ffffffff",
                "4294967295",
                "9999999999",
                "-1",
                "0x12",
                "node"
            })
    @DisplayName("LV-15 LV-16 nobody and everybody are no nodes")
    void whatIsNoNodeIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> NodeNumber.parse(text));
    }

    @Test
    void keyNamesTheNetwork() {
        assertThat(NodeNumber.key("home", 0x0126f5b1L)).isEqualTo("home/!0126f5b1");
    }
}
