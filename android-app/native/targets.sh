# shellcheck shell=bash disable=SC2034 # used by those who read this in
# What the scripts here share: the ABIs, and what each is called by Rust and by Clang.
# All paths are relative to the top folder, so that no build depends on where that is.

ABIS=(arm64-v8a armeabi-v7a x86_64)
MIN_API=26
# Set by target_of.
TARGET='' CLANG_TARGET='' CLANG_FLAGS=()
NATIVE=android-app/native

# Sets TARGET (Rust's name), CLANG_TARGET and CLANG_FLAGS for an ABI.
target_of() {
    CLANG_FLAGS=()
    case $1 in
        arm64-v8a) TARGET=aarch64-linux-android CLANG_TARGET=aarch64-linux-android$MIN_API ;;
        armeabi-v7a)
            TARGET=armv7-linux-androideabi CLANG_TARGET=armv7a-linux-androideabi$MIN_API
            CLANG_FLAGS=(-march=armv7-a -mfloat-abi=softfp -mfpu=vfpv3-d16 -mthumb)
            ;;
        x86_64) TARGET=x86_64-linux-android CLANG_TARGET=x86_64-linux-android$MIN_API ;;
        *) fail "there is no ABI $1; there are: ${ABIS[*]}" ;;
    esac
}

# Flags for C without an NDK, a line.
c_flags() {
    local top=$PWD
    # -g0, and no folder of this machine in the output.
    echo "--target=$CLANG_TARGET ${CLANG_FLAGS[*]} -nostdlibinc -isystem $top/$NATIVE/sysroot/include -fPIC -Os -g0" \
        "-ffunction-sections -fdata-sections -fstack-protector-strong -fno-addrsig -funwind-tables -ffile-prefix-map=$top=."
}

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}
