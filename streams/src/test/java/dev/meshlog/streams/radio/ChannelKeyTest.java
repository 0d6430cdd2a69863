package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import dev.meshlog.schemas.Hex;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelKeyTest {
    @ParameterizedTest
    @CsvSource({
        "LongFast,8", "LongSlow,15", "LongMod,110", "LongTurbo,118", "MediumFast,31", "MediumSlow,24", "MediumTurbo,97",
        "ShortFast,112", "ShortSlow,119", "ShortTurbo,14", "LiteFast,22", "LiteSlow,17", "NarrowFast,21",
                "NarrowSlow,18",
        "Custom,49"
    })
    void presetsHaveTheirHashes(String name, int hash) {
        assertThat(ChannelKey.ofDefault(name).hash()).isEqualTo(hash);
    }

    @Test
    void shortKeysStandForLongOnes() {
        assertThat(ChannelKey.of("a", "AQ==")).isEqualTo(ChannelKey.ofDefault("a"));
        assertThat(Hex.of(ChannelKey.of("a", "Aw==").key().toByteArray()))
                .isEqualTo("d4f1bb3a20290759f0bcffabcf4e6903");
        assertThat(ChannelKey.of("a", base64(3)).key())
                .isEqualTo(ByteString.copyFrom(new byte[] {7, 7, 7}).concat(ByteString.copyFrom(new byte[13])));
        assertThat(ChannelKey.of("a", base64(17)).key().size()).isEqualTo(32);
        assertThat(ChannelKey.of("a", base64(32)).key().size()).isEqualTo(32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AA==", "not base64!"})
    void whatIsNoKeyIsRefused(String psk) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChannelKey.of("a", psk))
                .withMessageNotContaining("not base64!");
        assertThatIllegalArgumentException().isThrownBy(() -> ChannelKey.of("a", base64(33)));
    }

    @Test
    void keyIsNotPrinted() {
        assertThat(ChannelKey.ofDefault("a")).hasToString("ChannelKey[a]");
    }

    private static String base64(int length) {
        byte[] key = new byte[length];
        java.util.Arrays.fill(key, (byte) 7);
        return Base64.getEncoder().encodeToString(key);
    }
}
