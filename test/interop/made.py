"""What the checks by other implementations share that aren't Python packages: the command, and files made by it."""
import os
import pathlib
import subprocess

COMMAND = str(pathlib.Path(os.environ.get("COUNTERMARK", "build/countermark")).resolve())
HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data" / "asset"


def must(*arguments, **how):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True, **how).stdout


def credentials(scratch, alg):
    """Options to sign with; the chain's root is beside the key."""
    keys = scratch / alg
    must(COMMAND, "cert", "-o", keys, "--alg", alg)
    return "--cert", keys / "chain.pem", "--sign-key", keys / "key.pem"


def authority(scratch, alg):
    """Options for a time-stamp authority with keys of the same kind, where there are such."""
    keys = scratch / f"{alg}-tsa"
    must(COMMAND, "cert", "-o", keys, "--tsa", "--alg", "es256" if alg == "ed25519" else alg)
    return "--tsa-cert", keys / "chain.pem", "--tsa-key", keys / "key.pem"
