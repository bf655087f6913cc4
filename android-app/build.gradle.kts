// The app by Gradle: see settings.gradle.kts. Not tested here. The native libraries are built by cargo as in scripts/build-apk,
// with the NDK that ANDROID_NDK_HOME names or without one, and taken from build/android/lib.
plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.kotlin.android)
}

val nativeLibraries = rootProject.layout.projectDirectory.dir("build/android/lib")

android {
    namespace = "org.hushwall"
    compileSdk = libs.versions.compileSdk.get().toInt()

    defaultConfig {
        applicationId = "org.hushwall"
        minSdk = libs.versions.minSdk.get().toInt()
        targetSdk = libs.versions.targetSdk.get().toInt()
        versionCode = libs.versions.versionCode.get().toInt()
        versionName = libs.versions.versionName.get()
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    sourceSets.getByName("main") {
        kotlin.srcDir("src/main/kotlin")
        jniLibs.srcDir(nativeLibraries)
        // What the app brings of lists and places: run scripts/build-apk once to have it.
        assets.srcDir(rootProject.layout.projectDirectory.dir("build/android/assets"))
    }
    packaging {
        // Compressed; see android-app/tools/pack-apk.
        jniLibs.useLegacyPackaging = true
    }
    buildTypes.getByName("release") {
        isMinifyEnabled = true
        proguardFiles("tools/shrink.pro")
    }
}

val nativeLibrary = listOf("arm64-v8a", "armeabi-v7a", "x86_64").map { abi ->
    tasks.register<Exec>("nativeLibrary-$abi") {
        workingDir = rootProject.projectDir
        commandLine("android-app/native/build-library", abi)
    }
}
tasks.named("preBuild") { dependsOn(nativeLibrary) }
