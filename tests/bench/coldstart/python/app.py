"""A function that needs four libraries before it can answer; pandas lies beside them and sleeps."""

import json

import boto3
import pydantic
import requests
import sqlalchemy

import settings

CLIENT = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="none", aws_secret_access_key="none")
ENGINE = sqlalchemy.create_engine("sqlite://")
SESSION = requests.Session()


class Order(pydantic.BaseModel):
    number: int
    greeting: str = settings.GREETING


def handler(event, _context):
    with ENGINE.connect() as connection:
        total = connection.execute(sqlalchemy.text("select 40 + :n"), {"n": event["number"]}).scalar()
    return json.loads(Order(number=total).model_dump_json())


if __name__ == "__main__":
    print(handler({"number": 2}, None))
