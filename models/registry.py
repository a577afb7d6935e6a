"""Where models are kept: a folder of cards and flat arrays, hashed and signed, and what is served from it.

    REGISTRY/fraud_boosting/current                     the version that is served
    REGISTRY/fraud_boosting/2025-03-31-1a2b3c4d/        card.json, arrays.npz, signature.json
                                                        estimator.joblib, the analyst's own, never read here

A file that was changed, or signed with another key, is refused. Nothing is unpickled.
"""

import hashlib
import hmac
import io
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.base import Card, Model, ModelError, Target, check_features
from models.recipe import recipe_of

_CARD, _ARRAYS, _SIGNATURE, _CURRENT, _ESTIMATOR = (
    "card.json",
    "arrays.npz",
    "signature.json",
    "current",
    "estimator.joblib",
)
_SERVED = (_CARD, _ARRAYS)


class RegistryError(ModelError):
    """A kept model is missing, was changed, or was signed by somebody else."""


class _Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of signature.json."""

    name: str
    version: str
    sha256: dict[str, str]
    hmac_sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept model: its card, and whether it is the one that is served."""

    card: Card
    current: bool


def signing_key(identity_key: bytes) -> bytes:
    """The registry's key, derived from the deployment's identity key, so that neither can stand for the other.

    Examples
    --------
    >>> len(signing_key(b"k" * 32))
    32
    """
    return hmac.new(identity_key, b"riskengine model registry", hashlib.sha256).digest()


class Registry:
    """Kept models of one deployment.

    Parameters
    ----------
    folder : Path
        Made at the first save.
    key : bytes
        Signs what is saved; see `signing_key`.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._key = key

    def save(self, model: Model, *, estimator: Any = None, current: bool = True) -> Path:
        """Keep a model; the folder of a version appears whole or not at all.

        Parameters
        ----------
        model : Model
        estimator : object, optional
            Kept with joblib for the analyst, and never read by the engine.
        current : bool, default=True
            Serve it from now on.

        Returns
        -------
        Path
            The version's folder. Saving the same version again changes nothing.
        """
        card = model.card
        home = self.folder / card.name
        place = home / card.version
        if not place.exists():
            home.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=home))
            try:
                self._write(draft, card, model.arrays(), estimator)
                draft.chmod(0o755)
                draft.rename(place)
            except OSError as error:
                if not place.exists():  # another process has kept the same version meanwhile
                    raise RegistryError(
                        f"model {card.name} {card.version} cannot be kept in {home}: {error}"
                    ) from error
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        if current:
            self.set_current(card.name, card.version)
        return place

    def _write(self, folder: Path, card: Card, arrays: Mapping[str, NDArray[Any]], estimator: Any) -> None:
        """Files of one version."""
        served = io.BytesIO()
        np.savez(served, allow_pickle=False, **arrays)
        files = {_CARD: msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n", _ARRAYS: served.getvalue()}
        for name, content in files.items():
            (folder / name).write_bytes(content)
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        signature = _Signature(card.name, card.version, sums, self._sign(card.name, card.version, sums))
        (folder / _SIGNATURE).write_bytes(msgspec.json.format(msgspec.json.encode(signature), indent=2) + b"\n")
        if estimator is not None:
            import joblib

            joblib.dump(estimator, folder / _ESTIMATOR)

    def _sign(self, name: str, version: str, sums: Mapping[str, str]) -> str:
        """HMAC over name, version and the files' sums."""
        signed = msgspec.json.encode({"name": name, "version": version, "sha256": sums}, order="deterministic")
        return hmac.new(self._key, signed, hashlib.sha256).hexdigest()

    def set_current(self, name: str, version: str) -> None:
        """Serve a kept version from now on: promotion and roll-back.

        Raises
        ------
        RegistryError
            If there is no such version.
        """
        if version not in self.versions(name):
            raise RegistryError(f"model {name} has no version {version!r}; there are {_list(self.versions(name))}")
        draft = self.folder / name / f".{_CURRENT}.{os.getpid()}"
        draft.write_text(version + "\n", encoding="utf-8")
        draft.replace(self.folder / name / _CURRENT)

    def names(self) -> tuple[str, ...]:
        """Names of the models that have a version that is served."""
        return tuple(sorted(path.parent.name for path in self.folder.glob(f"*/{_CURRENT}")))

    def versions(self, name: str) -> tuple[str, ...]:
        """Kept versions of a model, oldest data first."""
        return tuple(sorted(path.parent.name for path in self.folder.glob(f"{_plain(name)}/[!.]*/{_CARD}")))

    def current(self, name: str) -> str:
        """The version that is served.

        Raises
        ------
        RegistryError
            If the model was never kept.
        """
        try:
            return (self.folder / _plain(name) / _CURRENT).read_text(encoding="utf-8").strip()
        except OSError:
            kept = sorted(path.name for path in self.folder.glob("*") if path.is_dir())
            raise RegistryError(f"no model {name!r} in {self.folder}; there are {_list(kept)}") from None

    def card(self, name: str, version: str | None = None) -> Card:
        """The card of a version, checked; of the one that is served by default."""
        return self._read(name, version or self.current(name))[0]

    def list(self) -> tuple[Entry, ...]:
        """Every kept model by name and version."""
        entries = []
        for home in sorted(path for path in self.folder.glob("*") if path.is_dir()):
            served = self.current(home.name) if (home / _CURRENT).exists() else None
            entries += [Entry(self.card(home.name, one), one == served) for one in self.versions(home.name)]
        return tuple(entries)

    def load(self, name: str, version: str | None = None, *, features: tuple[str, ...] | None = None) -> Model:
        """A kept model, ready to score.

        Parameters
        ----------
        name : str
        version : str, optional
            The one that is served by default.
        features : tuple of str, optional
            Columns that the engine computes; a model fitted on others is refused.

        Raises
        ------
        RegistryError
            If it is missing, a file was changed, or the signature is not ours.
        FeatureMismatchError
            If it was fitted on other features.
        """
        card, content = self._read(name, version or self.current(name))
        if features is not None and features != card.features:
            fitting = [other for other in self.versions(name) if self.card(name, other).features == features]
            check_features(card, features, others=tuple(fitting))
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as kept:
                arrays = {key: kept[key] for key in kept.files}
        except (OSError, ValueError) as error:
            raise RegistryError(f"model {name} {card.version}: {_ARRAYS} is no file of arrays: {error}") from error
        return recipe_of(name).load(card, arrays)

    def load_all(self, features: Mapping[Target, tuple[str, ...]] | None = None) -> tuple[Model, ...]:
        """Every served model by name.

        Parameters
        ----------
        features : mapping, optional
            Columns that the engine computes for each target.
        """
        loaded = []
        for name in self.names():
            wanted = None if features is None else features.get(self.card(name).target)
            loaded.append(self.load(name, features=wanted))
        return tuple(loaded)

    def _read(self, name: str, version: str) -> tuple[Card, bytes]:
        """Card and array file of a version, their hashes and signature checked."""
        place = self.folder / _plain(name) / _plain(version)
        what = f"model {name} {version}"
        try:
            files = {file: (place / file).read_bytes() for file in (*_SERVED, _SIGNATURE)}
        except OSError as error:
            missing = Path(error.filename or place).name
            raise RegistryError(f"{what}: {missing} cannot be read in {place}: {error.strerror}") from error
        try:
            signature = msgspec.json.decode(files[_SIGNATURE], type=_Signature)
        except msgspec.MsgspecError as error:
            raise RegistryError(f"{what}: {_SIGNATURE} is not as it was written: {error}") from error
        ours = self._sign(name, version, signature.sha256)
        if (signature.name, signature.version) != (name, version) or not hmac.compare_digest(
            ours, signature.hmac_sha256
        ):
            raise RegistryError(
                f"{what}: the signature does not fit: signed with another key, or {_SIGNATURE} was changed; "
                "retrain it here, or restore the folder and the deployment's key"
            )
        for file in _SERVED:
            found = hashlib.sha256(files[file]).hexdigest()
            if found != signature.sha256.get(file):
                raise RegistryError(
                    f"{what}: {file} was changed: expected sha256 {signature.sha256.get(file)}, found {found};"
                    " restore it, or load another version"
                )
        try:
            card = msgspec.json.decode(files[_CARD], type=Card)
        except msgspec.MsgspecError as error:
            raise RegistryError(
                f"{what}: the card was written by another version of the code: {error}; retrain"
            ) from error
        if (card.name, card.version) != (name, version):
            raise RegistryError(f"{what}: the card speaks of {card.name} {card.version}")
        return card, files[_ARRAYS]


def _plain(name: str) -> str:
    """A name that is one part of a path."""
    if not name or name.startswith(".") or any(sign in name for sign in "/\\*?["):
        raise RegistryError(f"{name!r} is no model or version")
    return name


def _list(names: tuple[str, ...] | list[str]) -> str:
    """Names in words."""
    return ", ".join(names) or "none"
