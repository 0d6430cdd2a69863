package dev.meshlog.streams.radio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshlog.schemas.Hex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors are those of the firmware's own tests; the first ones come from project Wycheproof. */
class DirectMessagesTest {
    @ParameterizedTest
    @CsvSource({
        "504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829,"
                + "c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475,"
                + "436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320",
        "63aa40c6e38346c5caf23a6df0a5e6c80889a08647e551b3563449befcfc9733,"
                + "d85d8c061a50804ac488ad774ac716c3f5ba714b2712e048491379a500211958,"
                + "279df67a7c4611db4708a0e8282b195e5ac0ed6f4b2f292c6fbd0acac30d1332"
    })
    void sharedKeyIsTheHashOfTheAgreement(String publicKey, String privateKey, String secret) throws Exception {
        byte[] hash = java.security.MessageDigest.getInstance("SHA-256").digest(Hex.parse(secret));
        assertThat(DirectMessages.sharedKey(Hex.parse(privateKey), Hex.parse(publicKey)))
                .hasValue(hash);
    }

    @Test
    void sharedKeyOfThePublishedPair() {
        assertThat(DirectMessages.sharedKey(
                        Hex.parse("10300724f3bea134eb1575245ef26ff9b8ccd59849cd98ce1a59002fe1d5986c"),
                        Hex.parse("f7e13a1a067d2f4e1061bf9936fde5be6b0c2494a8f809cbac7f290ef719e91c")))
                .hasValue(Hex.parse("24becd5dfed9e9289ba2e15b82b0d54f8e9aacb72f5e4248c58d8d74b451ce76"));
    }

    @Test
    void pointThatGivesEverybodyTheSameSecretIsRefused() {
        assertThat(DirectMessages.sharedKey(
                        Hex.parse("18630f93598637c35da623a74559cf944374a559114c7937811041fc8605564a"),
                        Hex.parse("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")))
                .isEmpty();
    }

    @Test
    void publishedMessageIsOpened() {
        byte[] shared = DirectMessages.sharedKey(
                        Hex.parse("a00330633e63522f8a4d81ec6d9d1e6617f6c8ffd3a4c698229537d44e522277"),
                        Hex.parse("db18fc50eea47f00251cb784819a3cf5fc361882597f589f0d7ff820e8064457"))
                .orElseThrow();
        assertThat(Hex.of(shared)).startsWith("777b1545c9d6f9a2");
        byte[] message = Hex.parse("40df24abfcc30a17a3d9046726099e796a1c036a792b");
        assertThat(DirectMessages.decrypted(shared, 0x13b2d662, 0x0929, message))
                .hasValue(Hex.parse("08011204746573744800"));
        for (int i = 0; i < message.length; i++) {
            byte[] damaged = message.clone();
            damaged[i] ^= 1;
            assertThat(DirectMessages.decrypted(shared, 0x13b2d662, 0x0929, damaged))
                    .as("damaged at %d", i)
                    .isEmpty();
            assertThat(DirectMessages.decrypted(shared, 0x13b2d662, 0x0929, java.util.Arrays.copyOf(message, i)))
                    .as("cut at %d", i)
                    .isEmpty();
        }
        assertThat(DirectMessages.decrypted(shared, 0x13b2d663, 0x0929, message))
                .isEmpty();
    }

    @Test
    void privateKeyIsNotInAnyMessage() {
        String key = "oAMwYz5jUi+KTYHsbZ0eZhf2yP/TpMaYIpU31E5SIn8=";
        assertThat(PrivateKey.of("net", "!00000929", key).toString()).isEqualTo("PrivateKey[net/!00000929]");
        assertThatThrownBy(() -> PrivateKey.of("net", "!00000929", key.substring(4)))
                .hasMessage("the private key of !00000929 does not have 32 bytes");
        assertThatThrownBy(() -> PrivateKey.of("net", "!00000929", "?" + key))
                .hasMessage("the private key of !00000929 is not base64");
    }
}
