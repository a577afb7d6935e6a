"""The OpenAPI page: what each route takes and answers, with examples; the shapes come from the structs themselves."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import answers
from models.base import Card
from riskengine.alerts import Alert

_REF: Final = "#/components/schemas/{name}"
_STRUCTS: Final = (
    answers.Submitted,
    answers.Scored,
    answers.AlertPage,
    answers.PlatformSummary,
    answers.PlatformDossier,
    Alert,
    Card,
)
_JSON_OBJECT: Final[dict[str, Any]] = {"type": "object"}
_HAND_MADE: Final[dict[str, Any]] = {
    "Problem": {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "which thing, what was expected, what was found"},
            "instance": {"type": "string"},
        },
    },
    # the body of an event is raw JSON, which no struct describes
    "Evidence": {
        "type": "object",
        "required": ["alert_id", "count", "events", "nodes", "links"],
        "properties": {
            "alert_id": {"type": "string"},
            "count": {"type": "integer"},
            "events": {"type": "array", "items": _JSON_OBJECT},
            "nodes": {"type": "array", "items": _JSON_OBJECT},
            "links": {"type": "array", "items": _JSON_OBJECT},
        },
    },
    "Platforms": {
        "type": "object",
        "required": ["platforms"],
        "properties": {"platforms": {"type": "array", "items": {"$ref": _REF.format(name="PlatformSummary")}}},
    },
    "Rules": {
        "type": "object",
        "required": ["rules"],
        "properties": {"rules": {"type": "array", "items": _JSON_OBJECT}},
    },
    "Features": {
        "type": "object",
        "required": ["payment", "lending"],
        "properties": {
            "payment": {"type": "array", "items": _JSON_OBJECT},
            "lending": {"type": "array", "items": _JSON_OBJECT},
        },
    },
    "Models": {
        "type": "object",
        "required": ["models"],
        "properties": {"models": {"type": "array", "items": {"$ref": _REF.format(name="Card")}}},
    },
    "Health": {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}},
    "Readiness": {"type": "object", "required": ["ready"], "properties": {"ready": {"type": "boolean"}}},
}


def json_answer(name: str, example: Any = None) -> dict[str, Any]:
    """How a route describes its answer."""
    content: dict[str, Any] = {"schema": {"$ref": _REF.format(name=name)}}
    if example is not None:
        content["example"] = example
    return {"description": name, "content": {"application/json": content}}


def json_body(examples: dict[str, Any], words: str) -> dict[str, Any]:
    """How a route describes the body that it takes apart itself."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {
        "requestBody": {
            "required": True,
            "description": words,
            "content": {"application/json": {"schema": {}, "examples": named}},
        }
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(msgspec.json.schema_components(_STRUCTS, ref_template=_REF)[1])
        schemas.update(_HAND_MADE)
        problem = {
            "description": "An error, as problem details (RFC 9457)",
            "content": {"application/problem+json": {"schema": {"$ref": _REF.format(name="Problem")}}},
        }
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
                operation["responses"]["default"] = problem
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        app.openapi_schema = document
    return app.openapi_schema
